/** The API gateway: routes to discovered services, and the policies that apply to every request. */
@NullMarked
package dev.faultline.gateway;

import org.jspecify.annotations.NullMarked;
