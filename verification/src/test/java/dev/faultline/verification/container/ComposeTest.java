package dev.faultline.verification.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

import dev.faultline.verification.Target.Node;
import org.junit.jupiter.api.Test;

/** With what {@code docker inspect} printed of four containers, of which one was paused and one killed; shortened. */
class ComposeTest {
    private final List<Compose.Container> containers = Compose.parse(text("docker-inspect.json"));

    static String text(String resource) {
        try (InputStream stream = Objects.requireNonNull(ComposeTest.class.getResourceAsStream(resource))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void readsNodesByNameWithoutTheContainerThatMakesTheSecrets() {
        assertThat(containers).extracting(Compose.Container::node).containsExactly(
                new Node("gateway-service-1", "gateway-service-1", true, "2026-11-28T03:47:50.906968146Z"),
                new Node("order-service-1", "order-service-1", false, "2026-11-28T03:47:21.985780117Z"),
                new Node("payment-service-1", "payment-service-1", false, ""));
    }

    @Test
    void readsAddressesAndPublishedPorts() {
        assertThat(containers).extracting(Compose.Container::address).containsExactly("10.64.6.2", "10.64.2.3", "");
        assertThat(containers).extracting(container -> container.published().toString()).containsExactly(
                "{8080=/127.0.0.1:8080}", "{}", "{}");
    }
}
