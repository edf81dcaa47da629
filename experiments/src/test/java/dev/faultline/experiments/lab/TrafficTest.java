package dev.faultline.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.lab.Traffic.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TrafficTest {

    @Test
    void sendsEveryRequestAndKeepsWhatFailed() {
        List<Request> requests = Traffic.start(100, Duration.ofMillis(200), number -> {
            if (number % 4 == 0) {
                throw new FaultlineException("refused");
            }
        }).await();

        double[] due = requests.stream().mapToDouble(Request::dueMs).sorted().toArray();
        assertThat(due).hasSize(20);
        assertThat(due[19] - due[0]).isCloseTo(190, within(0.01));
        assertThat(requests.stream().filter(Request::hasFailed)).hasSize(5).allMatch(request -> "refused".equals(request
                .error()));
    }

    @Test
    @Timeout(30)
    void sendsNothingAfterItWasStopped() throws InterruptedException {
        var third = new CountDownLatch(3);
        Traffic traffic = Traffic.start(100, Duration.ofHours(1), _ -> third.countDown());
        third.await();
        traffic.stop();

        assertThat(traffic.await()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void aDefectIsNotTakenForAFailedRequest() {
        Traffic traffic = Traffic.start(100, Duration.ofMillis(100), _ -> {
            throw new IllegalStateException("a defect");
        });

        assertThatThrownBy(traffic::await).isInstanceOf(IllegalStateException.class).hasRootCauseMessage("a defect");
    }
}
