package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.core.Clock;
import io.github.resilience4j.core.metrics.LockFreeSlidingTimeWindowMetrics;
import org.junit.jupiter.api.Test;

class AdaptiveThrottleTest {
    private static final double RATIO = 1.25;

    private final VirtualClock clock = new VirtualClock();
    private final AdaptiveThrottle throttle = throttle(RATIO);

    @Test
    void leavesTheServiceFewRefusalsAndAllThatItCanAccept() {
        var service = new Service(throttle);
        service.offer(500, 60);
        assertThat(service.accepted).isGreaterThan((long) (0.98 * Service.PER_SECOND * 60));
        assertThat(service.refused).isLessThan((long) (0.3 * Service.PER_SECOND * 60));
        assertThat(service.notAdmitted).isGreaterThan((long) (0.7 * Service.PER_SECOND * 60));
    }

    @Test
    void aHigherRatioLeavesMoreRefusalsToTheService() {
        var service = new Service(throttle(2));
        service.offer(500, 60);
        assertThat(service.refused).isGreaterThan((long) (0.9 * Service.PER_SECOND * 60));
    }

    @Test
    void admitsEverythingThatTheServiceCanAccept() {
        var service = new Service(throttle);
        service.offer(Service.PER_SECOND, 60);
        assertThat(service.notAdmitted).isZero();
    }

    @Test
    void recoversWhenTheServiceHasRefusedEverythingForLong() {
        var service = new Service(throttle);
        service.isAvailable = false;
        service.offer(200, 60);
        assertThat(service.accepted).isZero();
        service.isAvailable = true;
        service.offer(200, 10);
        service.accepted = 0;
        service.offer(200, 10);
        assertThat(service.accepted).isGreaterThan((long) (0.98 * 200 * 10));
    }

    @Test
    void anOutcomeThatIsNotKnownYetIsNoRefusal() {
        for (int i = 0; i < 1000; i++) {
            assertThat(throttle.tryAdmit()).isTrue();
        }
    }

    @Test
    void admitsARequestWhileNoOtherIsInFlight() {
        for (int i = 0; i < 1000; i++) {
            assertThat(throttle.tryAdmit()).isTrue();
            throttle.complete(false);
        }
    }

    @Test
    void forgetsRefusalsAfterItsWindow() {
        refuse(1000);
        assertThat(throttle.tryAdmit()).isTrue();
        assertThat(admittedOf(100)).isLessThan(10);
        clock.advance(TimeUnit.SECONDS.toNanos(2));
        assertThat(admittedOf(100)).isEqualTo(100);
    }

    private AdaptiveThrottle throttle(double ratio) {
        return new AdaptiveThrottle(new LockFreeSlidingTimeWindowMetrics(2, clock), ratio, new Random(1)::nextDouble);
    }

    private void refuse(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(throttle.tryAdmit()).isTrue();
            throttle.complete(false);
        }
    }

    private int admittedOf(int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            if (throttle.tryAdmit()) {
                admitted++;
            }
        }
        return admitted;
    }

    /** Accepts a request after those before it, each of which takes it the same time, or refuses it if too many wait. */
    private final class Service {
        static final int PER_SECOND = 250;
        private static final int MOST_WAITING = 500;

        private final AdaptiveThrottle throttle;
        private boolean isAvailable = true;
        private int waiting;
        private long accepted;
        private long refused;
        private long notAdmitted;

        Service(AdaptiveThrottle throttle) {
            this.throttle = throttle;
        }

        void offer(int perSecond, int seconds) {
            for (int ms = 0; ms < seconds * 1000; ms++) {
                clock.advance(TimeUnit.MILLISECONDS.toNanos(1));
                if (waiting > 0 && ms % (1000 / PER_SECOND) == 0) {
                    waiting--;
                    accepted++;
                    throttle.complete(true);
                }
                for (int due = ms * perSecond / 1000; due < (ms + 1) * perSecond / 1000; due++) {
                    arrive();
                }
            }
        }

        private void arrive() {
            if (!throttle.tryAdmit()) {
                notAdmitted++;
            } else if (isAvailable && waiting < MOST_WAITING) {
                waiting++;
            } else {
                refused++;
                throttle.complete(false);
            }
        }
    }

    private static final class VirtualClock implements Clock {
        private long now;

        void advance(long ns) {
            now += ns;
        }

        @Override
        public long wallTime() {
            return TimeUnit.NANOSECONDS.toMillis(now);
        }

        @Override
        public long monotonicTime() {
            return now;
        }
    }
}
