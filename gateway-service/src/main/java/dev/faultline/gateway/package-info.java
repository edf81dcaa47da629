/** The only door: routes to services by discovery, and the policies that every request passes on its way. */
@NullMarked
package dev.faultline.gateway;

import org.jspecify.annotations.NullMarked;
