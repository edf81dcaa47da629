/** The acquirer's REST interface. */
@NullMarked
package dev.faultline.acquirer.charging.web;

import org.jspecify.annotations.NullMarked;
