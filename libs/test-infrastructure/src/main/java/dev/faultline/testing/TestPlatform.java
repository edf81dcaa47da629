package dev.faultline.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a service under test needs to find the shared servers. */
public final class TestPlatform {
    private TestPlatform() {}

    /**
     * Spring properties of a service, which starts Kafka, Consul and the issuer if they are not running.
     *
     * @param shards its databases on {@code shard-1}, {@code shard-2} and so on, with one password
     * @return a new map
     */
    public static Map<String, String> properties(Database... shards) {
        List<String> addresses = new ArrayList<>();
        for (Database shard : shards) {
            addresses.add("shard-" + (addresses.size() + 1) + "=" + shard.host() + ":" + shard.port());
        }
        return new TreeMap<>(Map.of("faultline.shards", String.join(",", addresses), "faultline.database.password",
                shards[0].password(), "faultline.security.issuer", TestIssuer.shared().uri(),
                "spring.kafka.bootstrap-servers", Kafka.shared().bootstrapServers(),
                "spring.cloud.consul.host", Consul.shared().host(), "spring.cloud.consul.port", Integer.toString(Consul
                        .shared().port())));
    }
}
