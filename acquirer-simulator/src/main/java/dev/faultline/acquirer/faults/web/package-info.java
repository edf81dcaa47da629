/** The REST interface to configure faults. */
@NullMarked
package dev.faultline.acquirer.faults.web;

import org.jspecify.annotations.NullMarked;
