package dev.faultline.verification.reading;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.verification.client.Money;
import dev.faultline.verification.history.AcquirerEntry;
import tools.jackson.databind.JsonNode;

/**
 * Reads the acquirer's journal from its file, even if the acquirer is down. Other files beside it, named like {@code
 * journal.2026-05.jsonl}, are parts of the journal that the acquirer itself no longer reads.
 */
final class AcquirerJournal {
    private AcquirerJournal() {}

    static List<AcquirerEntry> read(Path file, StringPool strings) {
        var entries = new ArrayList<AcquirerEntry>();
        parts(file).forEach(part -> JsonLines.forEach(part, line -> entries.add(entry(line, strings))));
        return entries;
    }

    private static List<Path> parts(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
            return files.filter(one -> one.getFileName().toString().matches("journal(\\..+)?\\.jsonl")).sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AcquirerEntry entry(JsonNode line, StringPool strings) {
        JsonNode amount = line.path("amount");
        return new AcquirerEntry(strings.intern(line.path("kind").asString()), strings.intern(line.path("paymentId")
                .asString()), amount.isObject()
                        ? new Money(amount.path("minorUnits").asLong(), strings.intern(amount.path("currency")
                                .asString()))
                        : null);
    }
}
