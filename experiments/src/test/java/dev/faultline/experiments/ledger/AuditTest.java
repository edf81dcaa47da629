package dev.faultline.experiments.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.faultline.experiments.ledger.Audit.Head;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final List<Transfer> TRANSFERS = List.of(transfer("A", 10, 100), transfer("B", 12, 200), transfer(
            "C", 15, 300));
    private static final Block FIRST = Block.of("shard-1", 1, 0, 13, "", TRANSFERS.subList(0, 2));
    private static final Block SECOND = Block.of("shard-1", 2, 13, 20, FIRST.hash(), TRANSFERS.subList(2, 3));
    private static final Map<String, Head> PUBLISHED = Map.of("shard-1", new Head(2, SECOND.hash()));

    private static Transfer transfer(String order, long transaction, long amount) {
        return new Transfer(order, "CHARGE", 7, "acquirer-receivable", "sales", amount, "EUR", 1_000_000, "shard-1",
                transaction);
    }

    private static List<String> audit(List<Transfer> transfers) {
        return Audit.findings(transfers, List.of(FIRST, SECOND), PUBLISHED);
    }

    @Test
    void hasNothingToSayOfAnIntactLedgerAndOfWhatIsNotSealedYet() {
        var transfers = new ArrayList<>(TRANSFERS);
        transfers.add(transfer("D", 20, 400));

        assertThat(audit(transfers)).isEmpty();
    }

    @Test
    void namesTheRowThatWasChangedRemovedOrInserted() {
        assertThat(audit(List.of(transfer("A", 10, 101), TRANSFERS.get(1), TRANSFERS.get(2)))).containsExactly(
                "shard-1, block 1: A/CHARGE was changed");
        assertThat(audit(TRANSFERS.subList(0, 2))).containsExactly("shard-1, block 2: C/CHARGE was removed");
        var transfers = new ArrayList<>(TRANSFERS);
        transfers.add(transfer("X", 11, 1));
        assertThat(audit(transfers)).containsExactly("shard-1, block 1: X/CHARGE was inserted afterwards");
    }

    @Test
    void noticesThatABlockWasSealedAnew() {
        var changed = List.of(transfer("A", 10, 101), TRANSFERS.get(1), TRANSFERS.get(2));
        Block first = Block.of("shard-1", 1, 0, 13, "", changed.subList(0, 2));
        Block second = Block.of("shard-1", 2, 13, 20, first.hash(), changed.subList(2, 3));

        assertThat(Audit.findings(changed, List.of(first, SECOND), PUBLISHED)).containsExactly(
                "shard-1, block 2: does not continue the one before");
        assertThat(Audit.findings(changed, List.of(first, second), PUBLISHED)).containsExactly(
                "shard-1, block 2: is not the one that was published");
    }

    @Test
    void noticesThatBlocksWereCutOffOrEmptied() {
        assertThat(Audit.findings(TRANSFERS.subList(0, 2), List.of(FIRST), PUBLISHED)).containsExactly(
                "shard-1, block 2: was published, and is missing");
        assertThat(Audit.findings(List.of(), List.of(), PUBLISHED)).containsExactly(
                "shard-1, block 2: was published, and is missing");
        assertThat(Audit.findings(TRANSFERS, List.of(SECOND), PUBLISHED)).containsExactly(
                "shard-1, block 2: does not continue the one before");
    }

    @Test
    void noticesThatABlocksContentIsNotThatOfItsHash() {
        var emptied = new Block("shard-1", 1, 0, 13, "", new TreeMap<>(), FIRST.hash());

        assertThat(Audit.findings(TRANSFERS, List.of(emptied, SECOND), PUBLISHED)).contains(
                "shard-1, block 1: its hash is not that of its content");
    }

    @Test
    void noticesThatTwoShardsHaveTheSameTransfer() {
        var transfers = new ArrayList<>(TRANSFERS);
        transfers.add(transfer("A", 10, 999));

        assertThat(audit(transfers)).containsExactly("A/CHARGE is there twice");
    }
}
