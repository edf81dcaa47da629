package dev.faultline.local.proof.reading;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.local.client.Money;
import dev.faultline.local.proof.history.AcquirerEntry;
import tools.jackson.databind.JsonNode;

/** The acquirer's own file, which says what really happened to cards whether or not the acquirer runs. */
final class AcquirerJournal {
    private AcquirerJournal() {}

    static List<AcquirerEntry> read(Path file, Repeated repeated) {
        return Files.exists(file) ? JsonLines.of(file).map(line -> entry(line, repeated)).toList() : List.of();
    }

    private static AcquirerEntry entry(JsonNode line, Repeated repeated) {
        JsonNode amount = line.path("amount");
        return new AcquirerEntry(repeated.one(line.path("kind").asString()), repeated.one(line.path("paymentId")
                .asString()), amount.isObject()
                        ? new Money(amount.path("minorUnits").asLong(), repeated.one(amount.path("currency")
                                .asString()))
                        : null);
    }
}
