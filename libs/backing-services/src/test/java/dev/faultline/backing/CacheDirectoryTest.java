package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class CacheDirectoryTest {

    @TempDir Path directory;

    @Test
    void keepsNothingOfAnEntryThatFailed() throws IOException {
        var cache = new CacheDirectory(directory);
        assertThatThrownBy(() -> cache.get("entry", entry -> {
            Files.writeString(entry.resolve("half"), "");
            throw new IOException("disk full");
        })).hasMessage("disk full");

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void keepsTheFirstOfTwoConcurrentEntries() throws IOException {
        var cache = new CacheDirectory(directory);
        Path entry = cache.get("entry", mine -> {
            Files.writeString(mine.resolve("by"), "the second");
            cache.get("entry", other -> Files.writeString(other.resolve("by"), "the first"));
        });

        assertThat(entry.resolve("by")).hasContent("the first");
        assertThat(directory).isDirectoryNotContaining("glob:**unfinished**");
    }

    @Test
    void unpacksPostgresInTwoJvmsConcurrently() throws Exception {
        List<Process> jvms = IntStream.range(0, 2).mapToObj(_ -> unpackInAnotherJvm()).toList();
        for (Process jvm : jvms) {
            assertThat(jvm.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(jvm.exitValue()).as(new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isZero();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            assertThat(entries).singleElement().satisfies(entry -> assertThat(entry.resolve("bin/postgres"))
                    .isExecutable());
        }
    }

    private Process unpackInAnotherJvm() {
        try {
            return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), UnpackingPostgres.class.getName(), directory.toString())
                    .redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final class UnpackingPostgres {
        private UnpackingPostgres() {}

        public static void main(String[] arguments) {
            PostgresBinaries.unpacked(new CacheDirectory(Path.of(arguments[0])));
        }
    }
}
