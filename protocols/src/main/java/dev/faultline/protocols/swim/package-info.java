/** SWIM: who is a member, found out by pinging and told by gossip. */
@NullMarked
package dev.faultline.protocols.swim;

import org.jspecify.annotations.NullMarked;
