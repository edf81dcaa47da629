package dev.faultline.sharding;

import static dev.faultline.sharding.TwoShards.ONE;
import static dev.faultline.sharding.TwoShards.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

@Tag("integration")
class ConsulShardMapsTest {
    private final dev.faultline.testing.Consul server = dev.faultline.testing.Consul.shared();
    private final dev.faultline.discovery.Consul consul = new dev.faultline.discovery.Consul(server.host(),
            server.port());
    private final String service = "test-" + UUID.randomUUID();

    @Test
    void isCreatedOnceAndSharedByAll() {
        try (var first = new ConsulShardMaps(consul, service, () -> ShardMap.initial(List.of(ONE, TWO)));
                var second = new ConsulShardMaps(consul, service, () -> ShardMap.initial(List.of(ONE)))) {
            assertThat(second.current()).isEqualTo(first.current());
            assertThat(second.current().owners()).containsOnlyKeys(ONE, TWO);
        }
    }

    @Test
    void receivesANewerMapAndIgnoresAnOlderOne() {
        try (var maps = new ConsulShardMaps(consul, service, () -> ShardMap.initial(List.of(ONE, TWO)))) {
            publish(new ShardMap(7, ShardMap.initial(List.of(TWO)).owners()));
            assertThat(maps.awaitNewerThan(1, Duration.ofSeconds(10)).epoch()).isEqualTo(7);
            publish(new ShardMap(3, ShardMap.initial(List.of(ONE)).owners()));
            publish(new ShardMap(8, ShardMap.initial(List.of(ONE)).owners()));
            assertThat(maps.awaitNewerThan(7, Duration.ofSeconds(10)).epoch()).isEqualTo(8);
        }
    }

    private void publish(ShardMap map) {
        var key = "faultline/" + service + "/shard-map";
        var entry = consul.get(key).orElseThrow();
        assertThat(consul.compareAndSet(key, JsonMapper.shared().writeValueAsString(map), entry.modifyIndex()))
                .isTrue();
    }
}
