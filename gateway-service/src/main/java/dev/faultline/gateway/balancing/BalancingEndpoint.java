package dev.faultline.gateway.balancing;

import java.util.List;

import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.ProblemException.FieldError;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.stereotype.Component;

/**
 * {@code /actuator/balancing}: shows the routes' policies and what this gateway knows of the instances, and changes the policy
 * of a route. A change is this process's own, and lasts until it ends.
 */
@Component
@Endpoint(id = "balancing")
class BalancingEndpoint {
    private final Balancing balancing;

    BalancingEndpoint(Balancing balancing) {
        this.balancing = balancing;
    }

    /** @param policies the names that a route may be given */
    record State(List<String> policies, List<Route> routes, List<Known> instances) {}

    record Route(String route, String service, String policy) {
        static Route of(Balancer balancer) {
            return new Route(balancer.route(), balancer.service(), balancer.policy());
        }
    }

    /**
     * An instance.
     *
     * @param attempts     since it was discovered; so are failures and ejections
     * @param ejectedForMs 0 if it is not ejected
     * @param warmth       1 if it gets its whole share
     */
    record Known(String service, String id, int weight, String zone, int inFlight, long attempts, long failures,
            int ejections, long ejectedForMs, double warmth) {

        static Known of(Instances of, Instance instance) {
            return new Known(of.service(), instance.id(), instance.metadata().weight(), instance.metadata().zone(),
                    instance.inFlight(),
                    instance.attempts(), instance.failures(), instance.ejection().count(), Math.max(0, instance
                            .ejection().left(of.now()) / 1_000_000), of.warmth(instance));
        }
    }

    @ReadOperation
    State state() {
        return new State(balancing.policies(), balancing.routes().values().stream().map(Route::of).toList(), balancing
                .services().stream().flatMap(service -> service.allNow().stream().map(instance -> Known.of(service,
                        instance))).toList());
    }

    /** @throws ProblemException 422 if there is no such route or policy; the reason lists those that there are */
    @WriteOperation
    Route change(@Selector String route, @Nullable String policy) {
        Balancer balancer = balancing.routes().get(route);
        if (balancer == null) {
            throw invalid("route", "there is no route \"" + route + "\"; there are " + String.join(", ", balancing
                    .routes().keySet()));
        }
        try {
            balancer.change(policy == null ? "" : policy);
        } catch (IllegalArgumentException e) {
            throw invalid("policy", String.valueOf(e.getMessage()));
        }
        return Route.of(balancer);
    }

    private static ProblemException invalid(String field, String reason) {
        return ProblemException.invalid("invalid-policy", "The policy cannot be changed", List.of(new FieldError(field,
                reason)));
    }
}
