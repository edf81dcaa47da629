package dev.faultline.service.security;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * The token of the header {@code Authorization}, which is the only place where one is looked for. Accepts what Spring
 * Security's resolver accepts, with a loop instead of its regular expression.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, section 2.1</a>
 */
final class BearerHeader implements AuthenticationConverter {
    private static final String SCHEME = "Bearer";
    private static final int BEGIN = SCHEME.length() + 1;

    /**
     * @return null if there is no header, or one of another scheme
     * @throws OAuth2AuthenticationException if the token is not of the form that RFC 6750 defines
     */
    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String header = headerOf(request);
        if (header == null) {
            return null;
        }
        if (!wellFormed(header)) {
            throw new OAuth2AuthenticationException(BearerTokenErrors.invalidToken("Bearer token is malformed"));
        }
        return new BearerTokenAuthenticationToken(header.substring(BEGIN));
    }

    /** The token that {@link #convert} would find; null if there is none. */
    static @Nullable String tokenOf(HttpServletRequest request) {
        String header = headerOf(request);
        return header != null && wellFormed(header) ? header.substring(BEGIN) : null;
    }

    private static @Nullable String headerOf(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) ? header : null;
    }

    /** A space, at least one character of a token, and any number of {@code =}. */
    private static boolean wellFormed(String header) {
        int end = header.length();
        while (end > BEGIN && header.charAt(end - 1) == '=') {
            end--;
        }
        if (end <= BEGIN || header.charAt(BEGIN - 1) != ' ') {
            return false;
        }
        for (int i = BEGIN; i < end; i++) {
            if (!inToken(header.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean inToken(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~+/".indexOf(c) >= 0;
    }
}
