package dev.faultline.acquirer.charging.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.faultline.acquirer.charging.Amount;
import dev.faultline.acquirer.charging.ChargeDetails;
import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.Operation.Charge;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.PaymentId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class KilledAcquirerTest {
    private static final int CALLERS = 8;

    @TempDir Path directory;

    @Test
    void losesNoAcknowledgedPaymentWhenItIsKilled() throws Exception {
        for (int kills = 0; kills < 3; kills++) {
            Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                    System.getProperty("java.class.path"), Victim.class.getName(), directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            List<String> answered = new ArrayList<>();
            try (var answers = process.inputReader()) {
                for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                    answered.add(line);
                    if (answered.size() == 500) {
                        process.toHandle().destroyForcibly(); // SIGKILL; output written before is still read
                    }
                }
            }
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();

            assertThat(answered).hasSizeGreaterThanOrEqualTo(500);
            try (var journal = FileJournal.open(directory)) {
                var cards = new ChargingCards(journal, Clock.systemUTC(), 1_000_000);
                assertThat(answered).allSatisfy(
                        id -> assertThat(cards.find(new PaymentId(id)).status()).isEqualTo(Status.CHARGED));
            }
        }
    }

    /** Charges payments, and prints the id of each after it is acknowledged. */
    static final class Victim {
        public static void main(String[] args) {
            var cards = new ChargingCards(FileJournal.open(Path.of(args[0])), Clock.systemUTC(), 1_000_000);
            var details = new ChargeDetails(new Amount(1250, "EUR"), "card-visa");
            String run = Long.toString(ProcessHandle.current().pid());
            for (int caller = 0; caller < CALLERS; caller++) {
                String prefix = run + "-" + caller + "-";
                Thread.ofPlatform().start(() -> {
                    for (int i = 0;; i++) {
                        var id = new PaymentId(prefix + i);
                        cards.perform(id, Charge.of(details));
                        System.out.println(id);
                    }
                });
            }
        }
    }
}
