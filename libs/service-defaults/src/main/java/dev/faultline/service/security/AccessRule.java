package dev.faultline.service.security;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;

/**
 * Who may call some operations.
 *
 * @param method  null for all; a rule for GET is also one for HEAD
 * @param pattern of paths, like {@code /api/orders/{id}} or {@code /api/catalogue/**}
 * @param scopes  of which the caller must have one; none if the operations are open to everybody
 */
public record AccessRule(@Nullable HttpMethod method, String pattern, Set<String> scopes) {
    public AccessRule {
        scopes = Set.copyOf(scopes);
    }

    /** Open to everybody, also without a token. */
    public static AccessRule open(HttpMethod method, String pattern) {
        return new AccessRule(method, pattern, Set.of());
    }

    public static AccessRule needs(HttpMethod method, String pattern, String... anyOf) {
        return new AccessRule(method, pattern, Set.of(anyOf));
    }

    /** Any method. */
    public static AccessRule needs(String pattern, String... anyOf) {
        return new AccessRule(null, pattern, Set.of(anyOf));
    }

    boolean isOpen() {
        return scopes.isEmpty();
    }

    boolean covers(String other) {
        return method == null || method.matches(other) || (method.equals(HttpMethod.GET) && HttpMethod.HEAD.matches(
                other));
    }
}
