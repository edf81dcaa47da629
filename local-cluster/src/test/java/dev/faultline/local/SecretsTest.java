package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    @TempDir Path home;

    /** The program that the test stops in the middle of a file. */
    static final class Creating {
        static void main(String[] directory) {
            new Secrets(Path.of(directory[0])).create();
        }
    }

    @Test
    void onlyTheirOwnerCanReadThemAndTheyAreKept() throws IOException {
        var secrets = new Secrets(home.resolve("secrets"));
        assertThat(secrets.of("alice")).isEmpty();
        secrets.create();
        String first = secrets.of("alice");
        secrets.create();
        assertThat(first).hasSize(32).isEqualTo(secrets.of("alice")).isNotEqualTo(secrets.of("bob"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.directory()))).isEqualTo(
                "rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.directory().resolve("alice"))))
                .isEqualTo("rw-------");
    }

    /** The process may create files and write nothing into them, like one that is killed between the two. */
    @Test
    void aSecretThatIsWrittenInPartIsNotThereAndTheNextStartMakesItUp() throws Exception {
        var secrets = new Secrets(home.resolve("secrets"));
        Process limited = new ProcessBuilder("bash", "-c", "ulimit -f 0; exec \"$@\"", "bash", ProcessHandle.current()
                .info().command().orElseThrow(), "-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"),
                Creating.class.getName(), secrets.directory().toString()).redirectErrorStream(true).start();
        assertThat(new String(limited.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("Cannot write the clients' secrets to " + secrets.directory());
        assertThat(limited.waitFor()).isNotZero();
        assertThat(secrets.directory()).isDirectory();
        assertThat(secrets.directory().resolve("alice")).doesNotExist();

        secrets.create();

        assertThat(secrets.of("alice")).hasSize(32);
    }
}
