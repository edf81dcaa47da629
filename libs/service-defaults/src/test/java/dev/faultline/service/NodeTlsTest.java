package dev.faultline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.mock.env.MockEnvironment;

class NodeTlsTest {
    private final MockEnvironment environment = new MockEnvironment();

    @Test
    void aProcessWithoutACertificateIsAsItWas() throws NoSuchAlgorithmException {
        SSLContext before = SSLContext.getDefault();
        new ServiceDefaultsEnvironment().postProcessEnvironment(environment, new SpringApplication());
        assertThat(SSLContext.getDefault()).isSameAs(before);
        assertThat(environment.containsProperty("server.ssl.bundle")).isFalse();
        assertThat(environment.getProperty("server.shutdown")).isEqualTo("graceful");
    }

    @Test
    void aWrongFileStopsTheStartWithTheNamesOfTheProperties(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("empty.pem"), "");
        for (String wrong : new String[]{"/nowhere.pem", file.toString()}) {
            environment.setProperty("faultline.tls.certificate", wrong);
            environment.setProperty("faultline.tls.key", wrong);
            environment.setProperty("faultline.tls.authority", wrong);
            assertThatThrownBy(() -> new ServiceDefaultsEnvironment().postProcessEnvironment(environment,
                    new SpringApplication())).hasMessageContaining(
                            "faultline.tls.certificate, .key and .authority must be files in PEM");
        }
    }
}
