/** A key-value store without a leader: quorums, version vectors, read repair and hinted handoff. */
@NullMarked
package dev.faultline.protocols.dynamo;

import org.jspecify.annotations.NullMarked;
