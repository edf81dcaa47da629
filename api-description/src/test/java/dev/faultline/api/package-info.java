/** The description of the public API, made from the services' controllers. */
@NullMarked
package dev.faultline.api;

import org.jspecify.annotations.NullMarked;
