package dev.faultline.experiments.transactions;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;

/**
 * The products of a run. First products are on the second shard, which is the one that prepares: a coordinator that dies leaves
 * its locks there.
 *
 * @param hot      a first product that many orders want
 * @param single   a first product of which there is one unit
 * @param firsts   other first products
 * @param seconds  second products, on the other shard
 * @param soldOut  a second product that is sold out
 */
record Products(String hot, String single, List<String> firsts, List<String> seconds, String soldOut) {
    private static final int OF_EACH = 400;
    private static final int PLENTY = 1_000_000;

    static Products on(Shards shards) {
        List<String> firsts = named("FIRST", OF_EACH + 2, shards, shards.names().last());
        List<String> seconds = named("SECOND", OF_EACH + 1, shards, shards.names().first());
        return new Products(firsts.getFirst(), firsts.get(1), firsts.subList(2, firsts.size()), seconds.subList(1,
                seconds.size()), seconds.getFirst());
    }

    private static List<String> named(String name, int count, Shards shards, ShardName shard) {
        return IntStream.iterate(1, number -> number + 1).mapToObj(number -> "%s-%04d".formatted(name, number))
                .filter(sku -> shards.shardOf(Reservation.bucket(sku)).equals(shard)).limit(count).toList();
    }

    /** How many units of each product have been received. */
    Map<String, Integer> received() {
        var received = new TreeMap<String, Integer>();
        firsts.forEach(sku -> received.put(sku, PLENTY));
        seconds.forEach(sku -> received.put(sku, PLENTY));
        received.put(hot, PLENTY);
        received.put(single, 1);
        received.put(soldOut, 0);
        return received;
    }
}
