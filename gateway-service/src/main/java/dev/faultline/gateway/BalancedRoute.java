package dev.faultline.gateway;

import java.io.UncheckedIOException;
import java.net.URI;
import java.util.function.Function;

import dev.faultline.gateway.balancing.Attempt;
import dev.faultline.gateway.balancing.Balancer;
import dev.faultline.gateway.balancing.Instance;
import dev.faultline.gateway.balancing.Outcome;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Sends each attempt of a request to the instance that the route's balancer chooses, and tells it how it ended. */
final class BalancedRoute {
    /** The request attribute with the {@link Instance} that was chosen last. */
    static final String CHOSEN = "dev.faultline.gateway.instance";

    private final Balancer balancer;

    BalancedRoute(Balancer balancer) {
        this.balancer = balancer;
    }

    /**
     * @param attempt with the instance's address; an {@link UncheckedIOException} means that there was no answer
     * @throws UncheckedIOException the attempt's, or if no instance is known
     */
    <T> T send(ServerRequest request, Function<URI, T> attempt) {
        Attempt begun = balancer.begin(tried(request), () -> RequestKey.of(request.servletRequest()));
        request.servletRequest().setAttribute(CHOSEN, begun.instance());
        var outcome = Outcome.DISCARDED;
        try {
            T answer = attempt.apply(begun.instance().uri());
            outcome = isError(answer) ? Outcome.ERROR : Outcome.ANSWERED;
            return answer;
        } catch (UncheckedIOException e) {
            outcome = Outcome.NO_ANSWER;
            throw e;
        } finally {
            begun.completed(outcome);
        }
    }

    private static @Nullable Instance tried(ServerRequest request) {
        return request.servletRequest().getAttribute(CHOSEN) instanceof Instance tried ? tried : null;
    }

    private static boolean isError(Object answer) {
        return answer instanceof ServerResponse response && response.statusCode().is5xxServerError();
    }
}
