package dev.faultline.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class ConsulTest {
    private final dev.faultline.testing.Consul server = dev.faultline.testing.Consul.shared();
    private final Consul consul = new Consul(server.host(), server.port());
    private final String key = "test/" + UUID.randomUUID();

    @Test
    void setsAKeyOnlyIfItHasNotChanged() {
        assertThat(consul.get(key)).isEmpty();
        assertThat(consul.compareAndSet(key, "a", 0)).isTrue();
        assertThat(consul.compareAndSet(key, "b", 0)).isFalse();
        var entry = consul.get(key).orElseThrow();
        assertThat(entry.value()).isEqualTo("a");
        assertThat(consul.compareAndSet(key, "ä", entry.modifyIndex())).isTrue();
        assertThat(consul.get(key).orElseThrow().value()).isEqualTo("ä");
    }

    @Test
    void returnsFromAWatchWhenTheKeyChanges() {
        long index = consul.watch(key, 0, Duration.ofMillis(10)).index();
        var change = CompletableFuture.supplyAsync(() -> {
            var seen = consul.watch(key, index, Duration.ofSeconds(30));
            while (seen.value().isEmpty()) { // Consul may return early
                seen = consul.watch(key, seen.index(), Duration.ofSeconds(30));
            }
            return seen;
        });
        assertThat(consul.compareAndSet(key, "a", 0)).isTrue();
        assertThat(change.orTimeout(10, TimeUnit.SECONDS).join().value().orElseThrow().value()).isEqualTo("a");
    }

    @Test
    void returnsFromAWatchWhenItTimesOut() {
        assertThat(consul.compareAndSet(key, "a", 0)).isTrue();
        var before = consul.watch(key, 0, Duration.ofMillis(10));
        assertThat(consul.watch(key, before.index(), Duration.ofMillis(50)).value()).isEqualTo(before.value());
    }

    @Test
    void throwsWhenConsulIsUnreachableInsteadOfReturningAnEmptyResult() {
        var unreachable = new Consul("127.0.0.1", 1);
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> unreachable.get(key))
                .withMessageContaining("127.0.0.1:1");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> unreachable.watchPassing("order-service", 0, Duration.ZERO));
    }
}
