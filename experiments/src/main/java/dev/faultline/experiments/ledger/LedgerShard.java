package dev.faultline.experiments.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

import dev.faultline.backing.PostgresServer;
import dev.faultline.sharding.ShardDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** One shard's ledger and blocks, as a role that may only add rows to them, or as the superuser. */
final class LedgerShard {
    private static final String ROLE = "ledger_writer";
    private static final String COLUMNS = """
            order_id, kind, bucket, debit_account, credit_account, amount_minor, currency,
            (extract(epoch from at) * 1000000)::bigint, shard, transaction::text::bigint""";

    private final String name;
    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;

    private LedgerShard(ShardDatabase database, String user) {
        this.name = database.shard().value();
        var dataSource = new DriverManagerDataSource(database.jdbcUrl(), user, database.password());
        this.jdbc = JdbcClient.create(dataSource);
        this.transactions = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    }

    /** With a new role that may read and insert, and neither update nor delete. */
    static LedgerShard asWriter(ShardDatabase database) {
        LedgerShard all = asSuperuser(database);
        // Neither a role nor a password can be a parameter; both are ours.
        all.jdbc.sql("create role %s login password '%s'".formatted(ROLE, database.password())).update();
        all.jdbc.sql("grant connect on database %s to %s".formatted(database.user(), ROLE)).update();
        all.jdbc.sql("grant select, insert on ledger_transfer, ledger_block to " + ROLE).update();
        return new LedgerShard(database, ROLE);
    }

    static LedgerShard asSuperuser(ShardDatabase database) {
        return new LedgerShard(database, PostgresServer.SUPERUSER);
    }

    String name() {
        return name;
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    /** Charges an order in a transaction that lasts for a while after it has written, so that transactions end in any order. */
    void charge(String order, int bucket, int lastsMs) {
        transactions.executeWithoutResult(_ -> {
            jdbc.sql("""
                    insert into ledger_transfer
                        (order_id, kind, bucket, debit_account, credit_account, amount_minor, currency, shard)
                    values (?, 'CHARGE', ?, 'acquirer-receivable', 'sales', ?, 'EUR', ?)""").params(order, bucket,
                    1 + ThreadLocalRandom.current().nextInt(10_000), name).update();
            jdbc.sql("select pg_sleep(? / 1000.0)").param(lastsMs).query((_, _) -> 0).single();
        });
    }

    /**
     * Seals what has been committed since the last block, up to the oldest transaction that is still open: none with a smaller
     * number can add a row any more. Of several sealers at once, one succeeds.
     *
     * @return the new block; nothing if there is nothing to seal, or another one was quicker
     */
    Optional<Block> seal() {
        Optional<Block> last = last();
        long since = last.map(Block::upto).orElse(0L);
        long upto = jdbc.sql("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint").query(Long.class)
                .single();
        // Everything below that number had ended before this statement begins, so it sees all of it.
        List<Transfer> fresh = transfers(
                "where shard = ? and transaction >= ?::text::xid8 and transaction < ?::text::xid8",
                name, since, upto);
        if (fresh.isEmpty()) {
            return Optional.empty();
        }
        Block block = Block.of(name, last.map(Block::number).orElse(0L) + 1, since, upto, last.map(Block::hash).orElse(
                ""), fresh);
        return insert(block) == 1 ? Optional.of(block) : Optional.empty();
    }

    Optional<Block> last() {
        return jdbc.sql("select * from ledger_block order by number desc limit 1").query((row, _) -> block(row))
                .optional();
    }

    /** Whether there is no transfer behind the last block. */
    boolean isSealed() {
        return transfers("where shard = ? and transaction >= ?::text::xid8", name, last().map(Block::upto).orElse(0L))
                .isEmpty();
    }

    int insert(Block block) {
        return jdbc.sql("""
                insert into ledger_block (number, since, upto, previous, keys, leaves, hash)
                values (?, ?::text::xid8, ?::text::xid8, ?, ?, ?, ?) on conflict do nothing""").params(block.number(),
                block.since(), block.upto(), block.previous(), block.leaves().keySet().toArray(String[]::new), block
                        .leaves().values().toArray(String[]::new), block.hash()).update();
    }

    List<Block> blocks() {
        return jdbc.sql("select * from ledger_block order by number").query((row, _) -> block(row)).list();
    }

    /** @param condition with its parameters; empty for all */
    List<Transfer> transfers(String condition, Object... parameters) {
        return jdbc.sql("select " + COLUMNS + " from ledger_transfer " + condition).params(parameters).query((row,
                _) -> new Transfer(row.getString(1), row.getString(2), row.getInt(3), row.getString(4), row.getString(
                        5), row.getLong(6), row.getString(7), row.getLong(8), row.getString(9), row.getLong(10)))
                .list();
    }

    private Block block(ResultSet row) throws SQLException {
        String[] keys = (String[]) row.getArray("keys").getArray();
        String[] leaves = (String[]) row.getArray("leaves").getArray();
        SortedMap<String, String> byKey = new TreeMap<>();
        for (int i = 0; i < keys.length; i++) {
            byKey.put(keys[i], leaves[i]);
        }
        return new Block(name, row.getLong("number"), Long.parseLong(row.getString("since")), Long.parseLong(row
                .getString("upto")), row.getString("previous"), byKey, row.getString("hash"));
    }
}
