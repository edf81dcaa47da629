package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import dev.faultline.gateway.balancing.Balancers;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.servlet.function.ServerRequest;

class BalancedRouteTest {
    private static final URI FIRST = URI.create("http://127.0.0.1:1");
    private static final URI SECOND = URI.create("http://127.0.0.1:2");

    @Test
    void takesTurnsBetweenIdleInstances() {
        var instances = instances(1, 2);
        assertThat(chosen(instances)).isEqualTo(FIRST);
        assertThat(chosen(instances)).isEqualTo(SECOND);
        assertThat(chosen(instances)).isEqualTo(FIRST);
    }

    @Test
    void sendsNothingToAnInstanceThatDoesNotAnswerWhileAnotherOneDoes() {
        var instances = instances(1, 2);
        instances.send(request(), frozen -> {
            assertThat(frozen).isEqualTo(FIRST);
            for (int i = 0; i < 10; i++) {
                assertThat(chosen(instances)).isEqualTo(SECOND);
            }
            return frozen;
        });
        assertThat(List.of(chosen(instances), chosen(instances))).containsExactlyInAnyOrder(FIRST, SECOND);
    }

    @Test
    void sendsNothingForASecondToAnInstanceThatCannotBeReachedIfThereIsAnotherOne() {
        var instances = instances(1, 2);
        assertThat(failing(instances)).isEqualTo(FIRST);
        for (int i = 0; i < 10; i++) {
            assertThat(chosen(instances)).isEqualTo(SECOND);
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> chosen(instances).equals(FIRST));
    }

    @Test
    void triesEveryInstanceWhenNoneCanBeReached() {
        var instances = instances(1, 2);
        assertThat(List.of(failing(instances), failing(instances))).containsExactly(FIRST, SECOND);
        assertThat(List.of(chosen(instances), chosen(instances))).containsExactlyInAnyOrder(FIRST, SECOND);
    }

    @Test
    void sendsARetryToAnotherInstanceAlsoIfOtherRequestsCameBetween() {
        var instances = instances(1, 2);
        ServerRequest retried = request();
        assertThat(instances.<URI>send(retried, instance -> instance)).isEqualTo(FIRST);
        assertThat(chosen(instances)).isEqualTo(SECOND);
        assertThat(instances.<URI>send(retried, instance -> instance)).isEqualTo(SECOND);
    }

    @Test
    void sendsARetryToTheOnlyInstance() {
        var instances = instances(1);
        ServerRequest retried = request();
        assertThat(instances.<URI>send(retried, instance -> instance)).isEqualTo(FIRST);
        assertThat(instances.<URI>send(retried, instance -> instance)).isEqualTo(FIRST);
    }

    @Test
    void failsWithoutAnInstance() {
        assertThatThrownBy(() -> chosen(instances())).isInstanceOf(UncheckedIOException.class);
    }

    private static URI chosen(BalancedRoute instances) {
        return instances.send(request(), instance -> instance);
    }

    private static URI failing(BalancedRoute instances) {
        var tried = new AtomicReference<URI>();
        assertThatThrownBy(() -> instances.send(request(), instance -> {
            tried.set(instance);
            throw new UncheckedIOException(new ConnectException("refused"));
        })).isInstanceOf(UncheckedIOException.class);
        return Objects.requireNonNull(tried.get());
    }

    private static ServerRequest request() {
        return ServerRequest.create(new MockHttpServletRequest(), List.of());
    }

    private static BalancedRoute instances(int... ports) {
        return new BalancedRoute(Balancers.leastInFlight(ports));
    }
}
