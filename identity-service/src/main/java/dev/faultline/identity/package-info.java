/** The issuer of access tokens: an OAuth 2.0 authorization server for clients that are programs. */
@NullMarked
package dev.faultline.identity;

import org.jspecify.annotations.NullMarked;
