package dev.faultline.experiments.ledger;

import java.util.Map;

/** What a superuser may do to one shard's ledger. */
enum Attack {
    CHANGE("an amount is changed") {
        @Override
        String on(LedgerShard shard, Block block) {
            return "%s, block %d: %s was changed".formatted(shard.name(), block.number(), change(shard, block).key());
        }
    },
    REMOVE("a transfer is removed") {
        @Override
        String on(LedgerShard shard, Block block) {
            String key = victim(shard, block);
            shard.jdbc().sql("delete from ledger_transfer where order_id || '/' || kind = ?").param(key).update();
            return "%s, block %d: %s was removed".formatted(shard.name(), block.number(), key);
        }
    },
    INSERT("a transfer of the past is inserted") {
        @Override
        String on(LedgerShard shard, Block block) {
            shard.jdbc().sql("""
                    insert into ledger_transfer
                    select 'FORGED', kind, bucket, debit_account, credit_account, amount_minor, currency, at, shard, transaction
                    from ledger_transfer where order_id || '/' || kind = ?""").param(victim(shard, block)).update();
            return "%s, block %d: FORGED/CHARGE was inserted afterwards".formatted(shard.name(), block.number());
        }
    },
    /** By somebody who knows how blocks are made. */
    CHANGE_AND_SEAL("an amount is changed, and its block sealed anew") {
        @Override
        String on(LedgerShard shard, Block block) {
            Transfer changed = change(shard, block);
            replace(shard, block.forged(block.previous(), Map.of(changed.key(), changed.leaf())));
            return "%s, block %d: does not continue the one before".formatted(shard.name(), block.number() + 1);
        }
    },
    CHANGE_AND_SEAL_ALL("an amount is changed, and its block and all after it sealed anew") {
        @Override
        String on(LedgerShard shard, Block block) {
            Transfer changed = change(shard, block);
            Block last = block.forged(block.previous(), Map.of(changed.key(), changed.leaf()));
            replace(shard, last);
            for (Block each : shard.blocks()) {
                if (each.number() > last.number()) {
                    last = each.forged(last.hash(), Map.of());
                    replace(shard, last);
                }
            }
            return "%s, block %d: is not the one that was published".formatted(shard.name(), last.number());
        }
    },
    CUT_OFF("the last block is cut off, with its transfers") {
        @Override
        String on(LedgerShard shard, Block block) {
            Block last = shard.blocks().getLast();
            shard.jdbc().sql("delete from ledger_transfer where order_id || '/' || kind = any(?)").param(keys(last))
                    .update();
            shard.jdbc().sql("delete from ledger_block where number = ?").param(last.number()).update();
            return "%s, block %d: was published, and is missing".formatted(shard.name(), last.number());
        }
    };

    private final String words;

    Attack(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /**
     * @param block of the shard, and not the last
     * @return the only finding that an audit must have afterwards
     */
    abstract String on(LedgerShard shard, Block block);

    /** One of the block's transfers that has not moved to another shard. */
    private static String victim(LedgerShard shard, Block block) {
        return shard.transfers("where order_id || '/' || kind = any(?) order by order_id limit 1", (Object) keys(block))
                .getFirst().key();
    }

    private static Transfer change(LedgerShard shard, Block block) {
        String key = victim(shard, block);
        shard.jdbc().sql("update ledger_transfer set amount_minor = amount_minor + 1 where order_id || '/' || kind = ?")
                .param(key).update();
        return shard.transfers("where order_id || '/' || kind = ?", key).getFirst();
    }

    private static void replace(LedgerShard shard, Block forged) {
        shard.jdbc().sql("delete from ledger_block where number = ?").param(forged.number()).update();
        shard.insert(forged);
    }

    private static String[] keys(Block block) {
        return block.leaves().keySet().toArray(String[]::new);
    }
}
