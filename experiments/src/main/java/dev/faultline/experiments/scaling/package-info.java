/** What a further instance of a service gives, and when it gives nothing. */
@NullMarked
package dev.faultline.experiments.scaling;

import org.jspecify.annotations.NullMarked;
