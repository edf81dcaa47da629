/** Tests of the whole platform, through its gateway and under faults, and of scripts, container files and documents. */
@NullMarked
package dev.faultline.system;

import org.jspecify.annotations.NullMarked;
