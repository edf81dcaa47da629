package dev.faultline.experiments.transactions;

import java.util.Arrays;
import java.util.Map;
import java.util.function.ToIntFunction;

import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;

/**
 * The tables of both shards, between runs.
 *
 * @param received how many units of each product there are
 */
record Warehouse(Shards shards, Map<String, Integer> received) {
    Warehouse {
        received = Map.copyOf(received);
    }

    /** Deletes everything and receives the products anew. Nothing may be in flight. */
    void refill() {
        for (ShardName shard : shards.names()) {
            String[] skus = received.keySet().stream().filter(sku -> shards.shardOf(Reservation.bucket(sku))
                    .equals(shard)).toArray(String[]::new);
            shards.read(shard, jdbc -> {
                jdbc.sql("truncate stock, reservation, saga, two_phase_commit").update();
                return jdbc.sql("insert into stock (sku, bucket, available, reserved) select unnest(?), unnest(?),"
                        + " unnest(?), 0").param(skus).param(column(skus, sku -> Reservation.bucket(sku).number()))
                        .param(column(skus, sku -> received.getOrDefault(sku, 0))).update();
            });
        }
    }

    private static int[] column(String[] skus, ToIntFunction<String> value) {
        return Arrays.stream(skus).mapToInt(value).toArray();
    }
}
