package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds that several clusters share. */
class ApplicationsTest {
    @TempDir private Path directory;
    private Process user;
    private Path current;
    private Path old;
    private Path running;

    @BeforeEach
    void start() throws IOException {
        Path apps = Files.createDirectory(directory.resolve("apps"));
        current = build(apps, "order-service-000000000003");
        old = build(apps, "order-service-000000000001");
        running = build(apps, "order-service-000000000002");
        user = new ProcessBuilder("tail", "-f", running.resolve("order-service.jar").toString()).start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        user.destroyForcibly().waitFor();
    }

    @Test
    void deletesOldBuildsButForThoseFromWhichAProcessRuns() {
        new Applications(directory, directory.resolve("apps"), (_, what) -> {
            throw new AssertionError(what);
        }).deleteAllExcept(List.of(new Application("order-service", current)));
        assertThat(old).doesNotExist();
        assertThat(running.resolve("order-service.jar")).exists();
        assertThat(current.resolve("order-service.jar")).exists();
    }

    @Test
    void aClusterIsNotDeletedWhileAnotherRunsFromItsBuilds() throws InterruptedException {
        var cluster = LocalCluster.in(directory);
        assertThatThrownBy(() -> cluster.wipe((_, _) -> {})).isInstanceOf(FaultlineException.class)
                .hasMessageContaining("a temporary cluster runs from its builds");
        assertThat(directory).exists();
        stop();
        cluster.wipe((_, _) -> {});
        assertThat(directory).doesNotExist();
    }

    private static Path build(Path apps, String name) throws IOException {
        Path build = Files.createDirectory(apps.resolve(name));
        Files.createFile(build.resolve("order-service.jar"));
        return build;
    }
}
