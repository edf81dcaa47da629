package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

/** The image's JVM options, and those of the training that makes the image's caches. */
class ContainerOptionsTest {

    /** A cache is silently not used by a JVM with another collector or another compiler. */
    @Test
    void containersRunWithTheFlagsThatTheirCachesAreTrainedWith() throws IOException {
        assertThat(Files.readAllLines(Path.of("..", "docker", "java.options"))).containsAll(Application.FLAGS);
    }
}
