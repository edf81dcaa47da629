package dev.faultline.acl;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong is named. What it does to servers, TransportSecurityTest and ContainersIT try. */
class ApplyAclsTest {
    @TempDir Path directory;

    @Test
    void aMissingVariableIsNamed() {
        assertThatThrownBy(() -> new ApplyAcls(Map.of()).apply()).isInstanceOf(FaultlineException.class).hasMessage(
                "SECRETS_DIRECTORY is not set.");
        assertThatThrownBy(() -> new ApplyAcls(Map.of("SECRETS_DIRECTORY", directory.toString())).apply())
                .isInstanceOf(FaultlineException.class).hasMessageContainingAll("CONSUL_URL",
                        "KAFKA_BOOTSTRAP_SERVERS");
    }

    @Test
    void aFileThatIsNotThereOrNoCertificateIsNamed() throws Exception {
        var consul = new ApplyAcls(Map.of("SECRETS_DIRECTORY", directory.toString(), "CONSUL_URL",
                "https://127.0.0.1:1"));
        assertThatThrownBy(consul::apply).isInstanceOf(FaultlineException.class).hasMessageContaining("ca.pem");
        Files.writeString(directory.resolve("ca.pem"), "no certificate");
        assertThatThrownBy(consul::apply).isInstanceOf(FaultlineException.class).hasMessageContaining("ca.pem");

        var kafka = new ApplyAcls(Map.of("SECRETS_DIRECTORY", directory.toString(), "KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:1"));
        assertThatThrownBy(kafka::apply).isInstanceOf(FaultlineException.class).hasMessageContaining(
                "kafka.properties");
    }
}
