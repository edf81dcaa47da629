/** The fault switch, by REST. */
@NullMarked
package dev.faultline.acquirer.faults.web;

import org.jspecify.annotations.NullMarked;
