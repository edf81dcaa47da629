package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    /** After Ctrl-C while a cluster is starting, the shutdown hook deletes what the main thread is about to leave alone. */
    @Test
    void waitsForTheLockOfAnotherThread(@TempDir Path directory) throws Exception {
        var home = new Home(directory);
        FileChannel starting = home.lock();
        try (var threads = Executors.newSingleThreadScheduledExecutor()) {
            long begin = System.nanoTime();
            var release = threads.schedule(() -> {
                starting.close();
                return null;
            }, 300, TimeUnit.MILLISECONDS);
            try (FileChannel deleting = home.lock(Duration.ofMinutes(1))) {
                assertThat(deleting.isOpen()).isTrue();
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(250));
            }
            release.get();
        }
    }
}
