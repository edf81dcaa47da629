package dev.faultline.verification.reading;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.verification.client.Money;
import dev.faultline.verification.history.AcquirerEntry;
import tools.jackson.databind.JsonNode;

/** Reads the acquirer's journal from its file, even if the acquirer is down. */
final class AcquirerJournal {
    private AcquirerJournal() {}

    static List<AcquirerEntry> read(Path file, StringPool strings) {
        return Files.exists(file) ? JsonLines.of(file).map(line -> entry(line, strings)).toList() : List.of();
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
