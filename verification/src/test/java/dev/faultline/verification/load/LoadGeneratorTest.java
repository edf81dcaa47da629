package dev.faultline.verification.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
    private static final int TOO_MANY = LoadGenerator.MOST_IN_FLIGHT + 1_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aPlatformThatDoesNotRespondBoundsWhatIsSent() {
        var allAreDue = new CountDownLatch(1);
        LoadGenerator.Result result = new LoadGenerator(_ -> {
            try {
                allAreDue.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new FaultlineException("no response");
        }).run(TOO_MANY, SECOND, _ -> allAreDue.countDown());

        assertThat(result.sent()).isEqualTo(TOO_MANY);
        assertThat(result.errors()).containsEntry("no response", (long) LoadGenerator.MOST_IN_FLIGHT)
                .containsEntry(LoadGenerator.NOT_SENT, 1_000L);
        assertThat(result.isComplete()).isFalse();
    }

    @Test
    void whatIsNoResponseOfThePlatformEndsTheRun() {
        var generator = new LoadGenerator(number -> {
            if (number == 3) {
                throw new OutOfMemoryError("Java heap space");
            }
            throw new FaultlineException("no response");
        });

        assertThatThrownBy(() -> generator.run(10, SECOND, _ -> {})).isInstanceOf(OutOfMemoryError.class);
    }
}
