package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.simulation.Simulation.Setting;
import org.junit.jupiter.api.Test;

/**
 * What each protection is for: the world without it breaks the promise that is named. Where that takes two to be taken
 * out, since one covers for the other, a test says so too. The order in which rows are locked cannot be shown here,
 * where nothing deadlocks: {@code JdbcReservationsTest} shows it on PostgreSQL.
 */
class ProtectionsTest {
    private static final long SEED = 1;
    private static final long AT_MOST = 100_000;
    private static final long ENOUGH = 5_000;

    private static void breaks(String promise, Setting setting) {
        var broken = Schedules.firstToBreak(promise, setting, SEED, AT_MOST);
        assertThat(broken).as("what breaks without %s", setting.without()).isPresent();
        System.out.println("without " + setting.without() + ": " + broken.orElseThrow());
    }

    private static void breaksNothing(Setting setting) {
        Schedules.keepAllPromises(setting, SEED, ENOUGH);
    }

    @Test
    void withoutTheInboxNothingBreaksSinceCheckoutAndStockAreIdempotentByThemselves() {
        breaksNothing(Setting.without(Protection.INBOX));
    }

    /** Nobody drives again here, so the only repetitions are redeliveries, and the inbox stops all of those. */
    @Test
    void withTheInboxARedeliveryDoesNotTakeStockTwiceEvenIfInventoryForgets() {
        breaksNothing(Setting.without(Protection.RESERVATION_MEMORY, Protection.SWEEP).onALosslessNetwork());
    }

    @Test
    void withoutTheInboxARedeliveryTakesStockTwiceIfInventoryForgets() {
        breaks("stockIsConserved", Setting.without(Protection.INBOX, Protection.RESERVATION_MEMORY, Protection.SWEEP)
                .onALosslessNetwork());
    }

    /** The inbox does not help: a command that is driven again is another message. */
    @Test
    void withoutTheMemoryOfReservationsACommandThatIsDrivenAgainTakesStockTwice() {
        breaks("stockIsConserved", Setting.without(Protection.RESERVATION_MEMORY));
    }

    @Test
    void withoutTheTombstoneOfStockALateReservationHoldsItForARejectedOrder() {
        breaks("noOrderIsRejectedWhileItHoldsSomething", Setting.without(Protection.STOCK_TOMBSTONE));
    }

    @Test
    void withoutTheTombstoneOfPaymentALateAuthorizationHoldsTheMoneyOfARejectedOrder() {
        breaks("noOrderIsRejectedWhileItHoldsSomething", Setting.without(Protection.PAYMENT_TOMBSTONE));
    }

    @Test
    void withoutTheLockOnStockNothingBreaksSinceTheTableRefusesWhatIsNotThere() {
        breaksNothing(Setting.without(Protection.STOCK_LOCK));
    }

    @Test
    void withoutTheLockOnStockAndTheTablesCheckMoreIsSoldThanThereIs() {
        breaks("nothingIsOversold", Setting.without(Protection.STOCK_LOCK, Protection.STOCK_CHECK));
    }

    @Test
    void withoutTheVersionGuardAnOrderThatTwoDecideOnIsConfirmedWithoutStock() {
        breaks("noOrderIsConfirmedWithoutItsStock", Setting.without(Protection.VERSION_GUARD));
    }

    @Test
    void withoutTheVersionGuardACustomerIsToldTwoThings() {
        breaks("whatCustomersWereToldStays", Setting.without(Protection.VERSION_GUARD));
    }

    @Test
    void withoutThePaymentsVersionAStaleAnswerOverwritesTheLedgersTruth() {
        breaks("moneyIsConserved", Setting.without(Protection.PAYMENT_VERSION));
    }

    @Test
    void withoutVoidBeforeReleaseARejectedOrdersMoneyIsStillHeld() {
        breaks("noOrderIsRejectedWhileItHoldsSomething", Setting.without(Protection.VOID_BEFORE_RELEASE));
    }

    @Test
    void withoutTheFencingTokenAStaleLeaderWrites() {
        breaks("noStaleLeaderWrites", Setting.without(Protection.FENCING_TOKEN));
    }

    /** Such a write redrives, or gives up, the very state that it was decided on: the version guard sees to that. */
    @Test
    void withoutTheFencingTokenNothingElseBreaksSinceTheVersionGuardStandsBehindIt() {
        breaksNothing(Setting.without(Protection.FENCING_TOKEN).notWatching("noStaleLeaderWrites"));
    }

    @Test
    void withoutTheSweepAnOrderWhoseMessageIsLostNeverEnds() {
        breaks("everyOrderEnds", Setting.without(Protection.SWEEP));
    }

    @Test
    void withoutTheAcknowledgementBeforeTheAdvanceNothingBreaksSinceTheSweepDrivesAgain() {
        breaksNothing(Setting.without(Protection.ACKNOWLEDGEMENT_BEFORE_ADVANCE));
    }

    /** On a network that loses nothing, where the sweep is not needed otherwise. */
    @Test
    void withoutTheAcknowledgementBeforeTheAdvanceAndTheSweepAnOrderNeverEnds() {
        breaks("everyOrderEnds", Setting
                .without(Protection.ACKNOWLEDGEMENT_BEFORE_ADVANCE, Protection.SWEEP).onALosslessNetwork());
    }
}
