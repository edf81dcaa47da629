/** A network and its nodes, which fail as the seed of a schedule says. */
@NullMarked
package dev.faultline.protocols.network;

import org.jspecify.annotations.NullMarked;
