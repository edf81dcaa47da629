/** Access tokens for programs that call the platform (RFC 6749, client credentials). */
@NullMarked
package dev.faultline.oauth;

import org.jspecify.annotations.NullMarked;
