/** A client of the platform's REST API. */
@NullMarked
package dev.faultline.verification.client;

import org.jspecify.annotations.NullMarked;
