package dev.faultline.service.security;

import org.springframework.security.core.AuthenticationException;

/** It cannot be decided whether a token is genuine, because the issuer's keys are not known. */
final class IssuerUnavailableException extends AuthenticationException {
    IssuerUnavailableException(Throwable cause) {
        super("The issuer's keys are not known.", cause);
    }
}
