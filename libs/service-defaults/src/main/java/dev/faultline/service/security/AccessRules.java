package dev.faultline.service.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpMethod;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** The rules of a service, of which the first that matches a request decides. A request that none matches is refused. */
public final class AccessRules implements AuthorizationManager<HttpServletRequest> {
    /** Probes and metrics have no tokens: the management port is for the inside only. */
    private static final List<AccessRule> MANAGEMENT = List.of(
            AccessRule.open(HttpMethod.GET, "/actuator/health/**"),
            AccessRule.open(HttpMethod.GET, "/actuator/info"),
            AccessRule.open(HttpMethod.GET, "/actuator/prometheus"),
            AccessRule.needs("/actuator/**", Scope.OPERATIONS));

    private final List<Matched> rules = new ArrayList<>();

    private record Matched(AccessRule rule, PathPatternRequestMatcher path) {}

    private AccessRules(List<AccessRule> rules) {
        rules.forEach(this::add);
        MANAGEMENT.forEach(this::add);
    }

    private void add(AccessRule rule) {
        rules.add(new Matched(rule, PathPatternRequestMatcher.pathPattern(rule.pattern())));
    }

    /** These rules, and those of the management port. */
    public static AccessRules of(AccessRule... rules) {
        return new AccessRules(List.of(rules));
    }

    @Override
    public AuthorizationDecision authorize(Supplier<? extends Authentication> caller, HttpServletRequest request) {
        return new AuthorizationDecision(ruleOf(request).filter(rule -> rule.isOpen() || hasOneOf(rule.scopes(),
                caller))
                .isPresent());
    }

    private static boolean hasOneOf(Set<String> scopes, Supplier<? extends Authentication> caller) {
        return caller.get().getPrincipal() instanceof Caller known && known.scopes().stream().anyMatch(
                scopes::contains);
    }

    /** The rule that decides; empty if no rule matches and the request is refused. */
    public Optional<AccessRule> ruleOf(HttpServletRequest request) {
        for (Matched each : rules) {
            if (each.rule.covers(request.getMethod()) && each.path.matches(request)) {
                return Optional.of(each.rule);
            }
        }
        return Optional.empty();
    }

    /** The methods for which there are rules at the request's path. */
    Set<String> methodsAt(HttpServletRequest request) {
        var methods = new TreeSet<String>();
        for (Matched each : rules) {
            if (each.rule.method() != null && each.path.matches(request)) {
                methods.add(each.rule.method().name());
            }
        }
        return methods;
    }
}
