package dev.faultline.experiments.ledger;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Seals the transfers that a shard's transactions from one number to another have written.
 *
 * @param number   from 1 on, in the shard
 * @param since    the first transaction
 * @param upto     the first transaction after the last
 * @param previous the hash of the block before; empty for the first
 * @param leaves   the hash of each transfer, by its key
 * @param hash     of everything else in it
 */
record Block(String shard, long number, long since, long upto, String previous, SortedMap<String, String> leaves,
        String hash) {

    /** The block after another one, or the first. */
    static Block of(String shard, long number, long since, long upto, String previous, List<Transfer> transfers) {
        var leaves = new TreeMap<String, String>();
        transfers.forEach(transfer -> leaves.put(transfer.key(), transfer.leaf()));
        return sealed(shard, number, since, upto, previous, leaves);
    }

    /** The same block with other leaves, after another block: what a forger puts in its place. */
    Block forged(String newPrevious, Map<String, String> newLeaves) {
        var forged = new TreeMap<>(leaves);
        forged.putAll(newLeaves);
        return sealed(shard, number, since, upto, newPrevious, forged);
    }

    private static Block sealed(String shard, long number, long since, long upto, String previous,
            SortedMap<String, String> leaves) {
        return new Block(shard, number, since, upto, previous, leaves, hash(shard, number, since, upto, previous,
                leaves));
    }

    /** Whether the hash is that of its content. */
    boolean isIntact() {
        return hash.equals(hash(shard, number, since, upto, previous, leaves));
    }

    /** No value has a line break in it, but keys may: so they are hashed. */
    private static String hash(String shard, long number, long since, long upto, String previous,
            Map<String, String> leaves) {
        var text = new StringBuilder("%s\n%d\n%d\n%d\n%s\n".formatted(shard, number, since, upto, previous));
        leaves.forEach((key, leaf) -> text.append(Sha256.of(key)).append(' ').append(leaf).append('\n'));
        return Sha256.of(text.toString());
    }
}
