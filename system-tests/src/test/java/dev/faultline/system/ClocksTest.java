package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** What a service writes down or compares is the time of its clock, which {@code faultline.clock.offset} moves. */
class ClocksTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES = List.of("acquirer-simulator", "gateway-service", "identity-service",
            "inventory-service", "order-service", "payment-service", "discovery", "libs/messaging",
            "libs/service-defaults", "libs/sharding");
    private static final Pattern SYSTEM_TIME = Pattern.compile(
            "Clock(\\.|::)system|(Instant|LocalDate|LocalDateTime|OffsetDateTime|ZonedDateTime)\\.now\\(\\)|currentTimeMillis|new Date\\(\\)");
    /**
     * The clock itself; messaging in a program that has none; and the phase in which relays and consumers of one machine send
     * their batches.
     */
    private static final Set<String> ALLOWED = Set.of("ClockAutoConfiguration.java", "Outbox.java",
            "MessagingAutoConfiguration.java", "BatchPacing.java");

    @Test
    void servicesReadTheTimeFromTheirClockOnly() throws IOException {
        for (String module : MODULES) {
            try (Stream<Path> sources = Files.walk(REPOSITORY.resolve(module).resolve("src/main/java"))) {
                List<Path> java = sources.filter(path -> path.toString().endsWith(".java")).toList();
                assertThat(java).isNotEmpty();
                assertThat(java.stream().filter(path -> !ALLOWED.contains(String.valueOf(path.getFileName()))))
                        .noneMatch(path -> SYSTEM_TIME.matcher(read(path)).find());
            }
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
