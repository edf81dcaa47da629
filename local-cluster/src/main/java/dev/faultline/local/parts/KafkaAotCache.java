package dev.faultline.local.parts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * An ahead-of-time cache for the JVM of brokers: with it a broker starts with half the work. Made once per machine, for
 * one JDK and one class path.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514: Ahead-of-Time Command-Line Ergonomics</a>
 */
public final class KafkaAotCache {
    private static final Duration START = Duration.ofMinutes(1);

    private static final String FILE = "kafka.aot";

    private final Cache cache;
    private final String entry;

    public KafkaAotCache(Cache cache) {
        this.cache = cache;
        var classPath = UUID.nameUUIDFromBytes(KafkaBroker.classPath().getBytes(StandardCharsets.UTF_8));
        this.entry = "kafka-" + classPath + "-jdk-" + Runtime.version();
    }

    public boolean isMade() {
        return Files.exists(file());
    }

    /** What tells a JVM to use it, nothing if it has not been made. */
    List<String> options() {
        return isMade() ? List.of("-XX:AOTCache=" + file()) : List.of();
    }

    /**
     * Makes it, by a broker that starts in a directory of its own and ends.
     *
     * @throws IOException if that did not work; brokers start all the same
     */
    public void make() throws IOException {
        cache.get(entry, directory -> {
            Path scratch = directory.resolve("scratch");
            Path output = directory.resolve(FILE);
            List<Integer> ports = FreePorts.take(2);
            var broker = new KafkaBroker("kafka-training", scratch, ports.get(0), ports.get(1),
                    List.of("-XX:AOTCacheOutput=" + output));
            try {
                RunningPart.start(broker, directory.resolve("log"), START).close();
            } catch (RefusedException e) {
                throw new IOException(e.getMessage(), e);
            }
            if (!Files.exists(output)) {
                throw new IOException("the JVM left no cache behind");
            }
            Cache.deleteTree(scratch);
        });
    }

    private Path file() {
        return cache.directory().resolve(entry).resolve(FILE);
    }
}
