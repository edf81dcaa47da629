package dev.faultline.gateway.limits;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.faultline.service.security.Caller;
import dev.faultline.service.security.Scope;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Which limit is whose. */
@Component
final class Quotas {
    /** Of programs that the platform's operator runs or trusts, which act for many, or rarely. */
    private static final Set<String> SCOPES_OF_PROGRAMS = Set.of(Scope.ORDERS_OF_ALL, Scope.CATALOGUE, Scope.STOCK,
            Scope.OPERATIONS, Scope.CHARGES);

    private final Quota customers;
    private final Quota addresses;
    private final Map<String, Quota> callers;

    Quotas(LimitsProperties limits, Gateways gateways, MeterRegistry meters) {
        this.customers = quota("customer", limits.customer(), limits, gateways, meters);
        this.addresses = quota("address", limits.address(), limits, gateways, meters);
        this.callers = limits.callers().entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getKey,
                entry -> quota("caller", entry.getValue(), limits, gateways, meters)));
    }

    private static Quota quota(String name, Limit limit, LimitsProperties limits, Gateways gateways,
            MeterRegistry meters) {
        return new Quota(name, limit, limits.remembered(), gateways::count, TimeMeter.SYSTEM_NANOTIME, meters);
    }

    /** Empty if the caller has no limit. */
    Optional<Quota> of(Caller caller) {
        Quota own = callers.get(caller.subject());
        if (own != null) {
            return Optional.of(own);
        }
        return Collections.disjoint(caller.scopes(), SCOPES_OF_PROGRAMS) ? Optional.of(customers) : Optional.empty();
    }

    Quota ofAddresses() {
        return addresses;
    }
}
