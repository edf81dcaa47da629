package dev.faultline.experiments.ledger;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.faultline.experiments.ledger.Audit.Head;

/** The ledgers of all shards, as somebody sees and changes them who may do everything. */
final class Books {
    private final List<LedgerShard> shards;
    private final Map<String, Head> published;
    private final int written;

    Books(List<LedgerShard> shards, Map<String, Head> published) {
        this.shards = List.copyOf(shards);
        this.published = Map.copyOf(published);
        this.written = transfers().size();
    }

    List<Transfer> transfers() {
        return shards.stream().flatMap(shard -> shard.transfers("").stream()).toList();
    }

    private List<Block> blocks() {
        return shards.stream().flatMap(shard -> shard.blocks().stream()).toList();
    }

    List<String> audit() {
        return Audit.findings(transfers(), blocks(), published);
    }

    boolean isEachSealedOnce() {
        List<String> sealed = blocks().stream().flatMap(block -> block.leaves().keySet().stream()).toList();
        return sealed.size() == written && new HashSet<>(sealed).equals(transfers().stream().map(Transfer::key).collect(
                Collectors.toSet()));
    }

    /**
     * What the database's own rules and an accountant look at: every transfer is there, and debits equal credits, which they do
     * by construction, since a row has both.
     */
    boolean balance() {
        long balance = shards.stream().mapToLong(shard -> shard.jdbc().sql("""
                select coalesce(sum(posting), 0) from (
                    select debit_account, amount_minor as posting from ledger_transfer
                    union all select credit_account, -amount_minor from ledger_transfer)""").query(Long.class).single())
                .sum();
        return balance == 0 && transfers().size() == written;
    }

    /**
     * Moves a bucket from the first shard to the second, rows as they are.
     *
     * @return how many
     */
    int move(int bucket) {
        LedgerShard from = shards.get(0);
        String[] rows = from.jdbc().sql("select t::text from ledger_transfer t where bucket = ?").param(bucket).query(
                String.class).list().toArray(String[]::new);
        shards.get(1).jdbc().sql(
                "insert into ledger_transfer select * from unnest(?::text[]::ledger_transfer[])").param(rows).update();
        return from.jdbc().sql("delete from ledger_transfer where bucket = ?").param(bucket).update();
    }

    void save() {
        shards.forEach(shard -> List.of("ledger_transfer", "ledger_block").forEach(table -> shard.jdbc().sql(
                "create table saved_%1$s as table %1$s".formatted(table)).update()));
    }

    /** As it was saved. */
    void restore() {
        shards.forEach(shard -> List.of("ledger_transfer", "ledger_block").forEach(table -> {
            shard.jdbc().sql("truncate " + table).update();
            shard.jdbc().sql("insert into %1$s select * from saved_%1$s".formatted(table)).update();
        }));
    }
}
