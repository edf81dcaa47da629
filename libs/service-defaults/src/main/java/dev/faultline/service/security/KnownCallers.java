package dev.faultline.service.security;

import java.util.Optional;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Recognizes, before a request is authenticated, the callers whose tokens were verified before: at the cost of a hash, which
 * authentication then does not compute again. Thread-safe.
 */
public final class KnownCallers {
    private static final String KNOWN = KnownCallers.class.getName();

    private final VerifiedTokens tokens;
    private final RevokedTokens revoked;

    KnownCallers(VerifiedTokens tokens, RevokedTokens revoked) {
        this.tokens = tokens;
        this.revoked = revoked;
    }

    /** Whether the request has a bearer token of the right form, valid or not. */
    public static boolean hasToken(HttpServletRequest request) {
        return BearerHeader.tokenOf(request) != null;
    }

    /** Empty if the request has no token, or one that is not remembered, has expired or was revoked. */
    public Optional<Caller> of(HttpServletRequest request) {
        String token = BearerHeader.tokenOf(request);
        if (token == null) {
            return Optional.empty();
        }
        Optional<Caller> caller = tokens.known(token).filter(known -> !revoked.contains(known));
        caller.ifPresent(known -> request.setAttribute(KNOWN, new Known(token, known)));
        return caller;
    }

    /** The caller that {@link #of} found for this request, if it had this token. */
    static Optional<Caller> found(HttpServletRequest request, String token) {
        return request.getAttribute(KNOWN) instanceof Known known && known.token.equals(token)
                ? Optional.of(known.caller)
                : Optional.empty();
    }

    private record Known(String token, Caller caller) {}
}
