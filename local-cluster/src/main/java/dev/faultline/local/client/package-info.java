/** The platform's REST interface, as much of it as the command line uses. */
@NullMarked
package dev.faultline.local.client;

import org.jspecify.annotations.NullMarked;
