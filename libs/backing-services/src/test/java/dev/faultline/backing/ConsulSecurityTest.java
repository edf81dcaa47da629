package dev.faultline.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration of versions that the other tests do not have. */
class ConsulSecurityTest {
    @TempDir private Path directory;

    @Test
    void concernsOnlyTheConnectionsBetweenServersSince112() throws IOException {
        JsonNode configuration = configuration("1.22.0");
        JsonNode tls = configuration.at("/tls/internal_rpc");
        assertThat(tls.propertyNames()).containsExactlyInAnyOrder("ca_file", "cert_file", "key_file", "verify_outgoing",
                "verify_incoming");
        assertThat(tls.path("verify_incoming").asBoolean()).isTrue();
        assertThat(tls.path("verify_outgoing").asBoolean()).isTrue();
        assertThat(configuration.path("tls").propertyNames()).containsExactly("internal_rpc");
        assertThat(configuration.at("/acl/tokens/initial_management").asString()).isEqualTo("token");
    }

    @Test
    void hasItsOldNamesBefore() throws IOException {
        JsonNode configuration = configuration("1.8.7");
        assertThat(configuration.path("verify_incoming_rpc").asBoolean()).isTrue();
        assertThat(configuration.path("verify_outgoing").asBoolean()).isTrue();
        assertThat(configuration.has("tls")).isFalse();
        assertThat(configuration.at("/acl/tokens/master").asString()).isEqualTo("token");
    }

    @Test
    void isPrintedWithoutItsSecrets() {
        assertThat(security().toString()).doesNotContain("token").doesNotContain("gossip");
    }

    private JsonNode configuration(String version) throws IOException {
        Path program = directory.resolve("consul-" + version);
        Files.write(program, List.of("#!/bin/sh", "echo Consul v" + version));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return JsonMapper.shared().readTree("{\"server\": true" + security().configuration(program) + "}");
    }

    private ConsulSecurity security() {
        return new ConsulSecurity(TlsIdentity.in(directory, "consul-1"), "token", "gossip");
    }
}
