package dev.faultline.oauth;

/** There is no token: the issuer does not answer, or refuses the client. */
public final class TokenUnavailableException extends RuntimeException {
    TokenUnavailableException(String message) {
        super(message);
    }

    TokenUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
