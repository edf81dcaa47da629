package dev.faultline.experiments.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Recomputes the blocks of all shards from their transfers, and compares the last ones with what was published. It needs
 * nothing that the database computes.
 *
 * <p>
 * Not noticed: a transfer that was changed or inserted before its block was sealed, and blocks that were cut off before they
 * were published.
 */
final class Audit {
    private final Map<String, Transfer> transfers = new HashMap<>();
    private final List<String> findings = new ArrayList<>();

    private Audit(Collection<Transfer> transfers) {
        transfers.forEach(transfer -> {
            if (this.transfers.putIfAbsent(transfer.key(), transfer) != null) {
                findings.add(transfer.key() + " is there twice");
            }
        });
    }

    /** The last block of a shard, as published. */
    record Head(long number, String hash) {}

    /**
     * @param transfers of all shards, wherever they are now
     * @param blocks    of all shards
     * @param published by shard
     * @return what is wrong, in sentences that name the shard, the block and the row
     */
    static List<String> findings(Collection<Transfer> transfers, Collection<Block> blocks,
            Map<String, Head> published) {
        var audit = new Audit(transfers);
        var chains = blocks.stream().collect(Collectors.groupingBy(Block::shard, TreeMap::new, Collectors.toMap(
                Block::number, block -> block, (one, _) -> one, TreeMap<Long, Block>::new)));
        published.forEach((shard, head) -> audit.published(shard, head, chains.getOrDefault(shard, new TreeMap<>())));
        chains.forEach((shard, chain) -> audit.chain(shard, chain));
        return List.copyOf(audit.findings);
    }

    private void published(String shard, Head head, SortedMap<Long, Block> chain) {
        Block block = chain.get(head.number);
        if (block == null) {
            findings.add("%s, block %d: was published, and is missing".formatted(shard, head.number));
        } else if (!block.hash().equals(head.hash)) {
            findings.add("%s, block %d: is not the one that was published".formatted(shard, head.number));
        }
    }

    private void chain(String shard, SortedMap<Long, Block> chain) {
        String previous = "";
        long since = 0;
        long number = 1;
        for (Block block : chain.values()) {
            if (block.number() != number || !block.previous().equals(previous) || block.since() != since) {
                findings.add("%s, block %d: does not continue the one before".formatted(shard, block.number()));
            }
            if (!block.isIntact()) {
                findings.add("%s, block %d: its hash is not that of its content".formatted(shard, block.number()));
            }
            rows(block);
            previous = block.hash();
            since = block.upto();
            number = block.number() + 1;
        }
    }

    private void rows(Block block) {
        block.leaves().forEach((key, leaf) -> {
            Transfer transfer = transfers.get(key);
            if (transfer == null) {
                finding(block, key, "was removed");
            } else if (!transfer.leaf().equals(leaf)) {
                finding(block, key, "was changed");
            }
        });
        transfers.values().stream().filter(transfer -> transfer.shard().equals(block.shard()) && transfer
                .transaction() >= block.since() && transfer.transaction() < block.upto() && !block.leaves().containsKey(
                        transfer.key())).map(Transfer::key).sorted().forEach(key -> finding(block, key,
                                "was inserted afterwards"));
    }

    private void finding(Block block, String key, String what) {
        findings.add("%s, block %d: %s %s".formatted(block.shard(), block.number(), key, what));
    }
}
