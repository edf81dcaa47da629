package dev.faultline.acquirer.charging.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

import dev.faultline.acquirer.charging.Amount;
import dev.faultline.acquirer.charging.ChargeDetails;
import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.Decision.Applied;
import dev.faultline.acquirer.charging.Decision.Repeated;
import dev.faultline.acquirer.charging.JournalEntry;
import dev.faultline.acquirer.charging.JournalFailedException;
import dev.faultline.acquirer.charging.Operation;
import dev.faultline.acquirer.charging.Operation.Charge;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.PaymentId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
    private static final Charge CHARGE = Charge.of(new ChargeDetails(new Amount(1250, "EUR"), "card-visa"));
    private static final Charge DECLINE = Charge.of(new ChargeDetails(new Amount(1250, "EUR"), "card-declined"));

    @TempDir Path directory;

    @Test
    void restoresPaymentsAfterARestart() throws IOException {
        try (var journal = FileJournal.open(directory)) {
            var cards = cards(journal);
            cards.perform(new PaymentId("kept"), CHARGE);
            cards.perform(new PaymentId("declined"), DECLINE);
            cards.perform(new PaymentId("tombstone"), new Operation.Cancel());
            cards.perform(new PaymentId("returned"), CHARGE);
            cards.perform(new PaymentId("returned"), new Operation.Refund());
        }
        try (var journal = FileJournal.open(directory)) {
            var cards = cards(journal);
            assertThat(List.of("kept", "declined", "tombstone", "returned", "other"))
                    .map(id -> cards.find(new PaymentId(id)).status())
                    .containsExactly(Status.CHARGED, Status.DECLINED, Status.VOIDED, Status.REFUNDED, Status.UNKNOWN);
            assertThat(cards.perform(new PaymentId("kept"), CHARGE)).isInstanceOf(Repeated.class);
            assertThat(cards.perform(new PaymentId("new"), CHARGE)).isInstanceOf(Applied.class);
            assertThat(journal.page(0, 100)).extracting(JournalEntry::sequence).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            assertThat(journal.page(0, 100)).extracting(JournalEntry::kind).containsExactly(Status.CHARGED,
                    Status.DECLINED, Status.VOIDED, Status.CHARGED, Status.REFUNDED, Status.CHARGED);
        }
    }

    @Test
    void chargesEachPaymentOnceUnderConcurrentRequests() throws Exception {
        try (var journal = FileJournal.open(directory); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var cards = cards(journal);
            List<Future<?>> asked = new ArrayList<>();
            for (int i = 0; i < 4000; i++) {
                var id = new PaymentId("payment-" + i % 1000);
                asked.add(threads.submit(() -> cards.perform(id, CHARGE)));
            }
            for (Future<?> each : asked) {
                each.get();
            }
            assertThat(journal.last()).isEqualTo(1000);
            assertThat(journal.page(0, 1000)).extracting(JournalEntry::sequence)
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, 1000).boxed().toList());
            assertThat(journal.page(0, 1000)).extracting(JournalEntry::paymentId).doesNotHaveDuplicates();
        }
    }

    @Test
    void returnsOnlyAfterTheEntryIsInTheFile() throws Exception {
        try (var journal = FileJournal.open(directory); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var cards = cards(journal);
            List<Future<Boolean>> answered = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                var id = new PaymentId("payment-" + i % 100);
                answered.add(threads.submit(() -> {
                    cards.perform(id, CHARGE);
                    return Files.readString(file()).contains("\"" + id + "\"");
                }));
            }
            for (Future<Boolean> each : answered) {
                assertThat(each.get()).isTrue();
            }
        }
    }

    @Test
    void returnsPagesFromAnyPosition() throws IOException {
        try (var journal = FileJournal.open(directory)) {
            var cards = cards(journal);
            for (int i = 0; i < 600; i++) {
                cards.perform(new PaymentId("payment-" + i), CHARGE);
            }
        }
        try (var journal = FileJournal.open(directory)) {
            var cards = cards(journal);
            for (int i = 600; i < 1200; i++) {
                cards.perform(new PaymentId("payment-" + i), CHARGE);
            }
            for (long after = 0; after <= 1201; after++) {
                assertThat(journal.page(after, 2)).extracting(JournalEntry::sequence).containsExactlyElementsOf(
                        LongStream.rangeClosed(after + 1, Math.min(after + 2, 1200)).boxed().toList());
            }
        }
    }

    @Test
    void truncatesAnIncompleteLastLine() throws IOException {
        String whole = journalOfThree();
        for (int torn = 1; torn < whole.length() - whole.lastIndexOf('\n', whole.length() - 2); torn++) {
            Files.writeString(file(), whole.substring(0, whole.length() - torn));
            try (var journal = FileJournal.open(directory)) {
                var cards = cards(journal);
                assertThat(journal.last()).isEqualTo(2);
                cards.perform(new PaymentId("c"), new Operation.Cancel());
            }
            try (var journal = FileJournal.open(directory)) {
                assertThat(cards(journal).find(new PaymentId("c")).status()).isEqualTo(Status.VOIDED);
            }
        }
    }

    @Test
    void rejectsInconsistentEntriesWithFileAndLine() throws IOException {
        String[] lines = journalOfThree().lines().map(line -> line + "\n").toArray(String[]::new);
        assertRefused("not json\n" + lines[1] + lines[2], "line 1");
        assertRefused(lines[0] + lines[1].substring(0, 30) + "\n" + lines[2], "line 2");
        assertRefused(lines[0] + "\n" + lines[1] + lines[2], "line 2");
        assertRefused(lines[0] + lines[2], "line 2: has number 3 after number 1");
        assertRefused(lines[0] + lines[1] + lines[1], "line 3: has number 2 after number 2");
        assertRefused(lines[0] + lines[1].replace("CHARGED", "REFUNDED"),
                "line 2: a payment that is UNKNOWN cannot become REFUNDED");
        assertRefused(lines[0] + lines[1].replace("\"b\"", "\"a\""),
                "line 2: a payment that is CHARGED cannot become CHARGED");
        assertRefused(lines[0].replace("1250", "-1250"), "line 1");
        assertRefused(lines[0].replace("\"paymentMethod\":\"card-visa\"", "\"reason\":\"none\""), "line 1");
        assertRefused(lines[0].replace("CHARGED", "UNKNOWN"), "line 1");
        assertRefused(lines[0].replaceFirst("\"at\":\"[^\"]*\",", ""), "line 1: an entry needs at");
        assertRefused(lines[0].replace("\"sequence\":1,", ""), "line 1");
        assertRefused("null\n", "line 1");
    }

    @Test
    void canBeOpenInOneProcessOnly() throws IOException {
        try (var _ = FileJournal.open(directory)) {
            assertThatThrownBy(() -> FileJournal.open(directory)).isInstanceOf(JournalFailedException.class)
                    .hasMessageContaining(file().toString()).hasMessageContaining("in use");
        }
        FileJournal.open(directory).close();
    }

    @Test
    void chargesNothingAfterAFailedWrite() throws IOException {
        var journal = FileJournal.open(directory);
        var cards = cards(journal);
        cards.perform(new PaymentId("before"), CHARGE);
        journal.close();
        for (String id : List.of("first", "second", "before")) {
            assertThatThrownBy(() -> cards.perform(new PaymentId(id), new Operation.Cancel()))
                    .isInstanceOf(JournalFailedException.class);
        }
        assertThat(journal.failed()).isTrue();
        try (var reopened = FileJournal.open(directory)) {
            assertThat(cards(reopened).find(new PaymentId("before")).status()).isEqualTo(Status.CHARGED);
            assertThat(reopened.last()).isEqualTo(1);
        }
    }

    private void assertRefused(String content, String where) throws IOException {
        Files.writeString(file(), content);
        try (var journal = FileJournal.open(directory)) {
            assertThatThrownBy(() -> cards(journal)).isInstanceOf(JournalFailedException.class)
                    .hasMessageStartingWith(file() + ", " + where);
        }
        assertThat(file()).as("unchanged").hasContent(content);
    }

    private String journalOfThree() throws IOException {
        try (var journal = FileJournal.open(directory)) {
            var cards = cards(journal);
            cards.perform(new PaymentId("a"), CHARGE);
            cards.perform(new PaymentId("b"), CHARGE);
            cards.perform(new PaymentId("c"), DECLINE);
        }
        return Files.readString(file());
    }

    private Path file() {
        return directory.resolve("journal.jsonl");
    }

    private static ChargingCards cards(FileJournal journal) {
        return new ChargingCards(journal, Clock.systemUTC(), 10_000);
    }
}
