package dev.faultline.backing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * An ahead-of-time cache for the JVM of brokers: with it a broker starts with half the work. Made once per machine, for
 * one JDK and one class path.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514: Ahead-of-Time Command-Line Ergonomics</a>
 */
public final class KafkaAotCache {
    private static final String FILE = "kafka.aot";

    private final CacheDirectory cache;
    private final String entry;
    private final @Nullable Path output;

    /** @param output where a broker is to record it */
    private KafkaAotCache(CacheDirectory cache, String entry, @Nullable Path output) {
        this.cache = cache;
        this.entry = entry;
        this.output = output;
    }

    /** Whether it has been made or not. */
    public static KafkaAotCache of(CacheDirectory cache) {
        var classPath = UUID.nameUUIDFromBytes(KafkaBroker.classPath().getBytes(StandardCharsets.UTF_8));
        return new KafkaAotCache(cache, "kafka-" + classPath + "-jdk-" + Runtime.version(), null);
    }

    public boolean isMade() {
        return cache.find(entry).isPresent();
    }

    /** What tells a JVM to use it or to record it; nothing if it has not been made. */
    List<String> options() {
        if (output != null) {
            return List.of("-XX:AOTCacheOutput=" + output);
        }
        return cache.find(entry).map(directory -> List.of("-XX:AOTCache=" + directory.resolve(FILE))).orElse(List.of());
    }

    /** Runs a broker with the cache it is given, which records what the broker does until it ends in good order. */
    @FunctionalInterface
    public interface Run {
        void with(KafkaAotCache recording) throws IOException;
    }

    /** Makes it. */
    public void make(Run run) throws IOException {
        cache.get(entry, directory -> {
            Path recorded = directory.resolve(FILE);
            run.with(new KafkaAotCache(cache, entry, recorded));
            if (!Files.exists(recorded)) {
                throw new IOException("the broker's JVM left no cache behind");
            }
        });
    }
}
