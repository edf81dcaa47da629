package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

/** The JVM options of the image and of the training that creates its caches. */
class ContainerOptionsTest {

    /** A JVM with another collector or compiler silently ignores the cache. */
    @Test
    void containersUseTheFlagsOfTheTraining() throws IOException {
        assertThat(Files.readAllLines(Path.of("..", "docker", "java.options"))).containsAll(Application.FLAGS);
    }
}
