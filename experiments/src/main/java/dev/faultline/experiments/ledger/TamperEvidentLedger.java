package dev.faultline.experiments.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabases;
import org.springframework.dao.DataAccessException;

/** A ledger on two shards is sealed while it is written, and then falsified by a superuser, in six ways. */
public final class TamperEvidentLedger implements Experiment {
    private static final Duration WRITING = Duration.ofSeconds(6);
    private static final int MOVED_BUCKET = 3;
    private static final int LEAST_BLOCKS = 4;

    @Override
    public Description description() {
        return new Description("tamper-evident-ledger", "A ledger in which a change of the past is noticed",
                "Blocks seal the ledger behind the transactions that write it, each with the hash of the one before, and the last hash is published. An audit names the shard, the block and the row of whatever a superuser changes, removes or inserts, also if he seals the blocks anew; and it has nothing to say of late commits and moved buckets.",
                "The same change without the blocks: what the database itself guards, rights, constraints and double entry, must not notice it.",
                List.of(new Source("Haber, Stornetta, How to Time-Stamp a Digital Document, 1991",
                        "https://doi.org/10.1007/BF00196791"), new Source(
                                "Antonopoulos et al., SQL Ledger: Cryptographically Verifiable Data in Azure SQL Database, 2021",
                                "https://doi.org/10.1145/3448016.3457558"), new Source(
                                        "RFC 9162, Certificate Transparency Version 2.0",
                                        "https://www.rfc-editor.org/rfc/rfc9162")),
                List.of("experiments/src/main/java/dev/faultline/experiments/ledger/LedgerShard.java",
                        "experiments/src/main/java/dev/faultline/experiments/ledger/Block.java",
                        "experiments/src/main/java/dev/faultline/experiments/ledger/Audit.java",
                        "experiments/src/main/java/dev/faultline/experiments/ledger/Attack.java",
                        "experiments/src/main/resources/db/migration/V3__ledger.sql"),
                List.of("seal up to pg_snapshot_xmax instead of pg_snapshot_xmin in LedgerShard.java: transfers that commit late are in no block, and the audit takes them for forged",
                        "publish nothing, in Sealers.java: the last two attacks are not noticed"));
    }

    @Override
    public void run(Lab lab) {
        TemporaryPostgres.run(lab.directory(), 2, lab.progress(), databases -> {
            FixedShards.create(databases);
            try (var brokers = new KafkaBrokers(lab.directory(), 1, 1, lab.progress())) {
                brokers.create(1, Sealers.TOPIC);
                tamper(lab, databases, brokers);
            }
            return true;
        });
    }

    private static void tamper(Lab lab, ShardDatabases databases, KafkaBrokers brokers) {
        List<LedgerShard> writers = databases.all().stream().map(LedgerShard::asWriter).toList();
        lab.step("transfers are written for %d s; two sealers for each shard follow them".formatted(WRITING
                .toSeconds()));
        try (var sealers = new Sealers(writers, brokers)) {
            Charges.write(writers, WRITING);
            sealers.awaitAllSealed(brokers);
        }
        List<LedgerShard> shards = databases.all().stream().map(LedgerShard::asSuperuser).toList();
        var books = new Books(shards, Sealers.published(brokers));
        int moved = books.move(MOVED_BUCKET);
        lab.observe("transfers", "%d, of which %d have moved to another shard".formatted(books.transfers().size(),
                moved));
        for (LedgerShard shard : shards) {
            lab.observe("blocks of " + shard.name(), "" + shard.blocks().size());
        }
        lab.claim("every transfer is in one block, also the ones that were committed late", moved > 0 && books
                .isEachSealedOnce());
        lab.claim("nothing has happened, and the audit has nothing to say", books.audit().isEmpty());
        lab.claim("the role that writes is refused to change or delete what it has written", isRefused(writers
                .getFirst()));
        attack(lab, books, shards.getFirst());
    }

    private static void attack(Lab lab, Books books, LedgerShard shard) {
        List<Block> before = shard.blocks();
        if (before.size() < LEAST_BLOCKS) {
            throw new FaultlineException("There are only %d blocks: too few to falsify one in the middle.".formatted(
                    before.size()));
        }
        Block middle = before.get(before.size() / 2 - 1);
        var rows = new ArrayList<ChainChart.Row>();
        books.save();
        for (Attack attack : Attack.values()) {
            String expected = attack.on(shard, middle);
            List<String> findings = books.audit();
            lab.claim("%s; found, and nothing else: %s".formatted(attack.words(), expected), findings.equals(List.of(
                    expected)));
            if (attack == Attack.CHANGE) {
                lab.control("without the blocks nobody notices that %s: debits equal credits, and every charge is there"
                        .formatted(attack.words()), books.balance());
            }
            if (attack == Attack.REMOVE || attack == Attack.INSERT) {
                lab.claim("counting alone notices that " + attack.words(), !books.balance());
            }
            rows.add(new ChainChart.Row(attack.words(), before.stream().map(block -> block.leaves().size()).toList(),
                    before.stream().map(block -> isNamed(block, findings)).toList()));
            books.restore();
        }
        lab.claim("with everything put back, the audit has nothing to say", books.audit().isEmpty());
        lab.picture("Blocks of %s, and what an audit names".formatted(shard.name()),
                "A row for each attack; in red, the blocks that the audit names.", ChainChart.svg(rows));
    }

    private static boolean isNamed(Block block, List<String> findings) {
        String beginning = "%s, block %d: ".formatted(block.shard(), block.number());
        return findings.stream().anyMatch(finding -> finding.startsWith(beginning));
    }

    private static boolean isRefused(LedgerShard writer) {
        return Stream.of("update ledger_transfer set amount_minor = 1", "delete from ledger_transfer",
                "update ledger_block set hash = ''", "delete from ledger_block").allMatch(statement -> {
                    try {
                        writer.jdbc().sql(statement).update();
                        return false;
                    } catch (DataAccessException e) {
                        return String.valueOf(e.getMostSpecificCause().getMessage()).contains("permission denied");
                    }
                });
    }
}
