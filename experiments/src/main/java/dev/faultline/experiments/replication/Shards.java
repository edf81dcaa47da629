package dev.faultline.experiments.replication;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.ConsistencyClient;
import dev.faultline.verification.client.ConsistencyClient.Answer;

/** The shards of a platform with standbys, and orders on them. */
final class Shards {
    private static final List<String> NAMES = List.of("shard-1", "shard-2");
    private static final String SKU = "EXPERIMENT";
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    private final Target platform;
    private final ConsistencyClient client;

    Shards(Target platform, ConsistencyClient client) {
        this.platform = platform;
        this.client = client;
    }

    /** Creates the product, with stock for this many orders. */
    void stock(int orders) {
        require(client.put("/api/catalogue/" + SKU,
                "{\"name\": \"Experiment\", \"price\": {\"minorUnits\": 100, \"currency\": \"EUR\"}}"));
        require(client.put("/api/stock/" + SKU + "/receipts/" + UUID.randomUUID(), "{\"quantity\": " + orders + "}"));
    }

    private static void require(Answer answer) {
        if (answer.status() >= 300) {
            throw new FaultlineException("The platform answered with " + answer.status() + ": " + answer.body());
        }
    }

    /** A new order of a customer of its own, with its path in the API. */
    record Placed(String path, Answer answer) {}

    Placed place() {
        Answer answer = client.place("customer-" + UUID.randomUUID(), SKU, "session");
        require(answer);
        return new Placed("/api/orders/" + answer.json().get("id").asString(), answer);
    }

    List<String> primaries() {
        return NAMES.stream().map(shard -> platform.primaryOf(shard).orElseThrow(() -> new FaultlineException(shard
                + " has no primary now. See ./faultline status."))).toList();
    }

    private List<String> standbys() {
        return NAMES.stream().map(shard -> platform.standbyOf(shard).orElseThrow(() -> new FaultlineException(shard
                + " has no standby now. See ./faultline status."))).toList();
    }

    /** The standbys receive the log and replay nothing, until {@link #catchUp}. */
    void lag() {
        standbys().forEach(platform::lag);
    }

    void catchUp() {
        standbys().forEach(platform::resume);
    }

    /** Returns when the standbys answer reads of this order. */
    void awaitReplica(Placed order) {
        if (!Polling.until(AT_MOST, () -> {
            Answer answer = client.get(order.path(), "eventual");
            return answer.status() == 200 && answer.isFromReplica();
        })) {
            throw new FaultlineException("No standby answers reads. See ./faultline status.");
        }
    }

    void awaitPrimary(Placed order) {
        if (!Polling.until(AT_MOST, () -> client.get(order.path(), "strong").status() == 200)) {
            throw new FaultlineException("The primaries do not answer. See ./faultline status.");
        }
    }
}
