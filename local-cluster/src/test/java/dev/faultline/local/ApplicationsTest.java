package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationsTest {
    @TempDir private Path directory;

    /** A temporary cluster that shares them may run an earlier build. */
    @Test
    void deletesBuildsThatNobodyStartedForADayAndNoOther() throws IOException {
        Path old = build("order-service-000000000001", Duration.ofHours(25));
        Path recent = build("order-service-000000000002", Duration.ofHours(23));
        new Applications(directory, directory, (_, what) -> {
            throw new AssertionError(what);
        }).deleteUnused();
        assertThat(old).doesNotExist();
        assertThat(recent.resolve("order-service.jar")).exists();
    }

    private Path build(String name, Duration unused) throws IOException {
        Path build = Files.createDirectory(directory.resolve(name));
        Files.createFile(build.resolve("order-service.jar"));
        return Files.setLastModifiedTime(build, FileTime.from(Instant.now().minus(unused)));
    }
}
