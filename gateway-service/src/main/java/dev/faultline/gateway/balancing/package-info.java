/** Which instance of a service gets a request: policies, ejection of outliers, slow start. No Spring MVC, no I/O. */
@NullMarked
package dev.faultline.gateway.balancing;

import org.jspecify.annotations.NullMarked;
