/** Who may do what: verifies access tokens (OAuth 2.0, RFC 9068) and refuses, in words, what a service's rules do not allow. */
@NullMarked
package dev.faultline.service.security;

import org.jspecify.annotations.NullMarked;
