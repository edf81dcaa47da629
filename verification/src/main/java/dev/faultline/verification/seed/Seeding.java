package dev.faultline.verification.seed;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.LongStream;

import dev.faultline.backing.Progress;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.Target;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a platform look as if it had confirmed many orders: stores their rows in every database, and their charges in a
 * part of the acquirer's journal that the acquirer does not read. Every guarantee holds for them.
 *
 * <p>
 * An interrupted run is completed by the next one, and a run with a larger number adds to a smaller one.
 */
public final class Seeding {
    private static final int BATCH = 10_000;

    private final Target target;
    private final Progress progress;

    public Seeding(Target target, Progress progress) {
        this.target = target;
        this.progress = progress;
    }

    /**
     * Seeds this many orders, or as many as an earlier run was to seed if those were more.
     *
     * @throws dev.faultline.backing.FaultlineException if a database fails; the next run continues
     */
    public void run(long orders) {
        Path journal = target.acquirerJournal().resolveSibling("journal.seed.jsonl");
        Run earlier = Run.recordedIn(journal);
        var run = earlier == null ? new Run(orders, Instant.now().truncatedTo(ChronoUnit.MILLIS))
                : new Run(Math.max(orders, earlier.orders), earlier.newest);
        write(journal, run);
        progress.report("acquirer's journal", "done");
        for (ServiceDatabase database : target.databases()) {
            try (var seeded = new SeededDatabase(database)) {
                // From the oldest to the newest, as time would have stored them.
                for (long end = run.orders; end > 0; end = (end - 1) / BATCH * BATCH) {
                    seeded.store(run.batch((end - 1) / BATCH * BATCH, end));
                    if (end % (10 * BATCH) == 0) {
                        progress.report(seeded.toString(), end + " orders left");
                    }
                }
                seeded.vacuum();
                progress.report(seeded.toString(), "done");
            }
        }
    }

    /** @param newest when number 0 was placed; the last entry of the journal is about that order */
    private record Run(long orders, Instant newest) {
        private static final int LONGEST_ENTRY = 1_000;

        static @Nullable Run recordedIn(Path journal) {
            if (!Files.exists(journal)) {
                return null;
            }
            try (var file = new RandomAccessFile(journal.toFile(), "r")) {
                file.seek(Math.max(0, file.length() - LONGEST_ENTRY));
                var end = new byte[(int) (file.length() - file.getFilePointer())];
                file.readFully(end);
                String last = new String(end, StandardCharsets.US_ASCII).stripTrailing();
                JsonNode entry = JsonMapper.shared().readTree(last.substring(last.lastIndexOf('\n') + 1));
                return new Run(entry.path("sequence").asLong() / 2, Instant.parse(entry.path("at").asString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        List<PastOrder> batch(long begin, long end) {
            return LongStream.range(begin, end).map(number -> begin + end - 1 - number)
                    .mapToObj(number -> PastOrder.of(number, newest)).toList();
        }
    }

    private static void write(Path journal, Run run) {
        Path unfinished = journal.resolveSibling("journal.seed.unfinished");
        try {
            try (BufferedWriter writer = Files.newBufferedWriter(unfinished)) {
                for (long number = run.orders - 1; number >= 0; number--) {
                    PastOrder order = PastOrder.of(number, run.newest);
                    writer.write(entry(run.orders - number, order));
                }
            }
            Files.move(unfinished, journal, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String entry(long sequence, PastOrder order) {
        return """
                {"sequence":%d,"at":"%s","kind":"CHARGED","paymentId":"%s","amount":{"minorUnits":%d,"currency":"%s"},\
                "paymentMethod":"%s"}
                """.formatted(sequence, order.placedAt(), order.id(), PastOrder.PRICE, PastOrder.CURRENCY,
                PastOrder.PAYMENT_METHOD);
    }
}
