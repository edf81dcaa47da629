package dev.faultline.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.service.web.ProblemException;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.FilterChain;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** In virtual time. */
class QuotaTest {
    private static final Limit LIMIT = new Limit(20, 90, 4, 3);
    private static final int REMEMBERED = 100;
    private static final FilterChain NOTHING = (_, _) -> {};

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger gateways = new AtomicInteger(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Quota quota = quota();

    private Quota quota() {
        return new Quota("customer", LIMIT, REMEMBERED, gateways::get, new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return nanos.get();
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        }, meters);
    }

    @Test
    void grantsABurstAndThenTheRate() {
        assertThat(granted(quota, "alice", 1_000)).isEqualTo(90);
        assertThat(grantedWithin(Duration.ofSeconds(10), List.of(quota), "alice")).isEqualTo(200);
        pass(Duration.ofSeconds(30));
        assertThat(granted(quota, "alice", 1_000)).as("no more than the burst, however long the pause").isEqualTo(90);
    }

    @Test
    void aCallerThatUsesUpItsShareTakesNothingFromOthers() {
        granted(quota, "alice", 1_000);
        assertThat(granted(quota, "bob", 90)).isEqualTo(90);
    }

    @Test
    void severalGatewaysTogetherGrantWhatOneWould() {
        gateways.set(3);
        List<Quota> shares = List.of(quota(), quota(), quota());
        assertThat(shares.stream().mapToInt(share -> granted(share, "alice", 1_000)).sum()).isEqualTo(90);
        assertThat(grantedWithin(Duration.ofSeconds(12), shares, "alice")).isEqualTo(240);
    }

    @Test
    void whatIsLeftIsSharedWithAGatewayThatJoinsAndTakenBackFromOneThatLeaves() {
        assertThat(granted(quota, "alice", 30)).isEqualTo(30);
        gateways.set(2);
        assertThat(granted(quota, "alice", 1_000)).as("half of the 60 that were left").isEqualTo(30);
        gateways.set(1);
        assertThat(granted(quota, "alice", 1_000)).as("nothing is left to take back").isZero();
        assertThat(grantedWithin(Duration.ofSeconds(5), List.of(quota), "alice")).isEqualTo(100);
    }

    @Test
    void grantsNoMoreToRequestsThatComeAtTheSameTime() {
        var granted = new AtomicInteger();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1_000; i++) {
                executor.execute(() -> granted.addAndGet(granted(quota, "alice", 1)));
            }
        }
        assertThat(granted).hasValue(90);
    }

    @Test
    void saysWhatIsLeft() throws Exception {
        var response = new MockHttpServletResponse();
        quota.admit("alice", write(), response, NOTHING);
        assertThat(response.getHeader("RateLimit-Policy")).isEqualTo(
                "\"customer\";q=90;w=5, \"customer-writes\";q=4;qu=\"concurrent-requests\"");
        assertThat(response.getHeader("RateLimit")).isEqualTo("\"customer\";r=87;t=1, \"customer-writes\";r=3");

        quota.admit("alice", read(), response, NOTHING);
        assertThat(response.getHeader("RateLimit")).isEqualTo("\"customer\";r=86;t=1");
    }

    @Test
    void saysWhyItRefusesAndWhenItWillNot() {
        quota.charge("alice");
        IntStream.range(0, 130).forEach(_ -> quota.charge("alice"));
        var response = new MockHttpServletResponse();
        assertThatThrownBy(() -> quota.admit("alice", read(), response, NOTHING)).isInstanceOfSatisfying(
                ProblemException.class, problem -> {
                    assertThat(problem.getStatusCode().value()).isEqualTo(429);
                    assertThat(problem.getHeaders().getFirst("Retry-After")).isEqualTo("3");
                    assertThat(problem.getBody().getDetail()).isEqualTo(
                            "This customer may send 20 requests a second, and"
                                    + " 90 at once after a pause, where one with a body counts as 3. This one was not executed. Send it again after the seconds in"
                                    + " Retry-After.");
                    assertThat(problem.getBody().getProperties()).containsEntry("violated-policies", List.of(
                            "customer"));
                });
        assertThat(response.getHeader("RateLimit")).isEqualTo("\"customer\";r=0;t=3");
        pass(Duration.ofSeconds(3));
        assertThat(granted(quota, "alice", 1)).isEqualTo(1);
    }

    @Test
    void boundsTheWritesThatAreNotAnsweredAndNoReads() throws Exception {
        writeInWrites(4, () -> {
            var response = new MockHttpServletResponse();
            assertThatThrownBy(() -> quota.admit("alice", write(), response, NOTHING))
                    .isInstanceOfSatisfying(ProblemException.class, problem -> assertThat(problem.getBody()
                            .getProperties()).containsEntry("violated-policies", List.of("customer-writes")));
            assertThat(response.getHeader("RateLimit")).as("one too many counts as one").startsWith(
                    "\"customer\";r=" + (90 - 4 * 3 - 1) + ";");
            assertThat(granted(quota, "alice", 1)).as("a read").isEqualTo(1);
            quota.admit("bob", write(), new MockHttpServletResponse(), NOTHING);
        });
        assertThatThrownBy(() -> quota.admit("alice", write(), new MockHttpServletResponse(), (_, _) -> {
            throw new IllegalStateException("a write that fails is over too");
        })).isInstanceOf(IllegalStateException.class);
        writeInWrites(4, () -> {});
        assertThat(refusals("customer-writes")).isEqualTo(1);
    }

    /** Some code. */
    private interface Action {
        void run() throws Exception;
    }

    /** Runs the action while so many writes of alice wait for their answers. */
    private void writeInWrites(int writes, Action action) throws Exception {
        if (writes == 0) {
            action.run();
            return;
        }
        var response = new MockHttpServletResponse();
        quota.admit("alice", write(), response, (_, _) -> {
            try {
                writeInWrites(writes - 1, action);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void checkingTakesNothingAndChargingGoesIntoDebt() {
        quota.check("alice", new MockHttpServletResponse());
        assertThat(quota.remembered()).as("a check remembers nobody").isZero();
        IntStream.range(0, 100).forEach(_ -> quota.charge("alice"));
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> quota.check("alice", new MockHttpServletResponse())).isInstanceOf(
                    ProblemException.class);
        }
        pass(Duration.ofSeconds(1));
        quota.check("alice", new MockHttpServletResponse());
        assertThat(granted(quota, "alice", 100)).as("20 in a second, less a debt of 10").isEqualTo(10);
    }

    @Test
    void remembersNoMoreCallersThanItMayAndForgetsTheIdle() {
        IntStream.range(0, 10 * REMEMBERED).forEach(i -> granted(quota, "caller-" + i, 1));
        assertThat(quota.remembered()).isEqualTo(REMEMBERED);
        pass(Duration.ofSeconds(66));
        assertThat(quota.remembered()).isZero();
    }

    @Test
    void countsARequestWithABodyAsSeveral() {
        assertThat(granted(quota, "alice", 1_000, QuotaTest::write)).isEqualTo(90 / 3);
        pass(Duration.ofSeconds(3));
        assertThat(granted(quota, "alice", 1_000, QuotaTest::write)).isEqualTo(3 * 20 / 3);
        granted(quota, "alice", 1);
        var response = new MockHttpServletResponse();
        pass(Duration.ofMillis(100));
        assertThatThrownBy(() -> quota.admit("alice", write(), response, NOTHING)).isInstanceOf(ProblemException.class);
        assertThat(response.getHeader("RateLimit")).as("too little for it, and enough for two reads").isEqualTo(
                "\"customer\";r=2;t=1");
        gateways.set(90);
        assertThat(granted(quota(), "bob", 1_000, QuotaTest::write)).as("the share is smaller than what it costs")
                .isEqualTo(1);
    }

    @Test
    void countsWhatItRefuses() {
        granted(quota, "alice", 100);
        assertThat(refusals("customer")).isEqualTo(10);
    }

    private double refusals(String policy) {
        return meters.get("faultline.limits.refusals").tag("policy", policy).counter().count();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** What the gateways grant together to a caller that sends ten times its rate to each of them. */
    private int grantedWithin(Duration time, List<Quota> gateways, String caller) {
        int granted = 0;
        for (long i = 0; i < time.toMillis() / 5; i++) {
            pass(Duration.ofMillis(5));
            granted += gateways.stream().mapToInt(each -> granted(each, caller, 1)).sum();
        }
        return granted;
    }

    private static int granted(Quota quota, String caller, int requests) {
        return granted(quota, caller, requests, QuotaTest::read);
    }

    private static int granted(Quota quota, String caller, int requests, Supplier<MockHttpServletRequest> request) {
        return (int) Stream.generate(() -> isGranted(quota, caller, request.get())).limit(requests).filter(
                granted -> granted).count();
    }

    private static boolean isGranted(Quota quota, String caller, MockHttpServletRequest request) {
        var passedOn = new AtomicInteger();
        try {
            quota.admit(caller, request, new MockHttpServletResponse(), (_, _) -> passedOn.incrementAndGet());
        } catch (ProblemException e) {
            assertThat(passedOn).hasValue(0);
            return false;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        assertThat(passedOn).hasValue(1);
        return true;
    }

    private static MockHttpServletRequest read() {
        return new MockHttpServletRequest("GET", "/api/orders");
    }

    private static MockHttpServletRequest write() {
        var request = new MockHttpServletRequest("POST", "/api/orders");
        request.setContent(new byte[10]);
        return request;
    }
}
