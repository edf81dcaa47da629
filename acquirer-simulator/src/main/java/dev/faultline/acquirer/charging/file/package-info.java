/** The journal as a file that survives kill -9. */
@NullMarked
package dev.faultline.acquirer.charging.file;

import org.jspecify.annotations.NullMarked;
