package dev.faultline.experiments.transactions;

import dev.faultline.sharding.Bucket;

/**
 * What an order wants: one unit of each of two products, which are on different shards.
 *
 * @param first the product that others may want at the same time; the saga reserves it first
 */
record Reservation(String order, String first, String second) {

    static Bucket bucket(String sku) {
        return Bucket.of(sku);
    }
}
