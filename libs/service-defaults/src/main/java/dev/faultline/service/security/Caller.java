package dev.faultline.service.security;

import java.time.Instant;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Who sends a request, by a verified token. A controller gets it as an argument.
 *
 * @param subject   the claim {@code sub}: for a customer, the customer's id
 * @param tokenId   the claim {@code jti}, by which the token can be revoked
 * @param expiresAt the claim {@code exp}
 */
public record Caller(String subject, Set<String> scopes, @Nullable String tokenId, Instant expiresAt) {
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    /** Whether the caller may place and see this customer's orders: the customer, or a shop on the customer's behalf. */
    public boolean actsFor(String customer) {
        return actsForAll() || (scopes.contains(Scope.ORDERS) && subject.equals(customer));
    }

    /** Whether the caller may act on behalf of any customer. */
    public boolean actsForAll() {
        return scopes.contains(Scope.ORDERS_OF_ALL);
    }
}
