/** Drives every operation that the API's description has, with valid and with invalid requests. */
@NullMarked
package dev.faultline.system.api;

import org.jspecify.annotations.NullMarked;
