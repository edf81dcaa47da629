package dev.faultline.backing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * An ahead-of-time cache for the JVM of brokers, which halves the CPU time of their start. Created once per machine, JDK and
 * class path.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514: Ahead-of-Time Command-Line Ergonomics</a>
 */
public final class KafkaAotCache {
    private static final String FILE = "kafka.aot";

    private final CacheDirectory cache;
    private final String entry;
    private final @Nullable Path output;

    /** @param output the file that the broker's JVM writes; null to use the cache instead */
    private KafkaAotCache(CacheDirectory cache, String entry, @Nullable Path output) {
        this.cache = cache;
        this.entry = entry;
        this.output = output;
    }

    /** The cache for this JDK and class path, which need not exist yet. */
    public static KafkaAotCache of(CacheDirectory cache) {
        var classPath = UUID.nameUUIDFromBytes(KafkaBroker.classPath().getBytes(StandardCharsets.UTF_8));
        return new KafkaAotCache(cache, "kafka-" + classPath + "-jdk-" + Runtime.version(), null);
    }

    public boolean exists() {
        return cache.find(entry).isPresent();
    }

    /** The JVM options that use or create the cache; empty if it does not exist. */
    List<String> options() {
        if (output != null) {
            return List.of("-XX:AOTCacheOutput=" + output);
        }
        return cache.find(entry).map(directory -> List.of("-XX:AOTCache=" + directory.resolve(FILE))).orElse(List.of());
    }

    /** Runs a broker with the given cache, which the broker's JVM writes when it is stopped gracefully. */
    @FunctionalInterface
    public interface TrainingRun {
        void with(KafkaAotCache recording) throws IOException;
    }

    public void create(TrainingRun run) throws IOException {
        cache.get(entry, directory -> {
            Path recorded = directory.resolve(FILE);
            run.with(new KafkaAotCache(cache, entry, recorded));
            if (!Files.exists(recorded)) {
                throw new IOException("the broker's JVM wrote no cache");
            }
        });
    }
}
