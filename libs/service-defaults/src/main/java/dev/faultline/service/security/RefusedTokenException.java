package dev.faultline.service.security;

import org.springframework.security.core.AuthenticationException;

/** A token is not accepted; the message says why and contains nothing of the token's but its times. */
final class RefusedTokenException extends AuthenticationException {
    RefusedTokenException(String reason) {
        super(reason);
    }

    RefusedTokenException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
