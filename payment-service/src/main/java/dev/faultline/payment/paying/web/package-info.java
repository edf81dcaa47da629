/** Read-only REST API of payments. */
@NullMarked
package dev.faultline.payment.paying.web;

import org.jspecify.annotations.NullMarked;
