package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.simulation.Simulation.Setting;
import org.junit.jupiter.api.Test;

/**
 * What each protection is for: without it, the named invariant is violated. If two protections cover for each other, a test
 * disables both. The order of row locks is not tested here, because the simulation has no deadlocks, but in
 * {@code JdbcReservationsTest} on PostgreSQL.
 */
class ProtectionsTest {
    private static final long SEED = 1;
    private static final long MAX_SCHEDULES = 100_000;
    private static final long ENOUGH_SCHEDULES = 5_000;

    private static void breaks(String invariant, Setting setting) {
        var violation = Schedules.firstViolation(invariant, setting, SEED, MAX_SCHEDULES);
        assertThat(violation).as("violation without %s", setting.without()).isPresent();
        System.out.println("without " + setting.without() + ": " + violation.orElseThrow());
    }

    private static void breaksNothing(Setting setting) {
        Schedules.requireNoViolation(setting, SEED, ENOUGH_SCHEDULES);
    }

    /** Without the sweep, the only repetitions are redeliveries. */
    @Test
    void withoutTheMemoryOfReservationsARedeliveryTakesStockTwice() {
        breaks("stockIsConserved",
                Setting.without(Protection.RESERVATION_MEMORY, Protection.SWEEP).onALosslessNetwork());
    }

    @Test
    void withoutTheTombstoneOfStockALateReservationHoldsItForARejectedOrder() {
        breaks("noOrderIsRejectedWhileItHoldsSomething", Setting.without(Protection.STOCK_TOMBSTONE));
    }

    @Test
    void withoutTheTombstoneOfPaymentALateChargeTakesTheMoneyOfARejectedOrder() {
        breaks("noOrderIsRejectedWhileItHoldsSomething", Setting.without(Protection.PAYMENT_TOMBSTONE));
    }

    /** The lock makes the second instance wait, and then see what the first has released. */
    @Test
    void withoutTheLockOnStockTwoInstancesReturnTheStockOfTheSameRelease() {
        breaks("stockIsConserved", Setting.without(Protection.STOCK_LOCK));
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

    /** The version guard ensures that such a write redrives, or gives up, the state it was decided on. */
    @Test
    void withoutTheFencingTokenNothingElseBreaksSinceTheVersionGuardStandsBehindIt() {
        breaksNothing(Setting.without(Protection.FENCING_TOKEN).ignoring("noStaleLeaderWrites"));
    }

    @Test
    void withoutTheSweepAnOrderWhoseMessageIsLostNeverEnds() {
        breaks("everyOrderEnds", Setting.without(Protection.SWEEP));
    }

    @Test
    void withoutTheAcknowledgementBeforeTheAdvanceNothingBreaksSinceTheSweepDrivesAgain() {
        breaksNothing(Setting.without(Protection.ACKNOWLEDGEMENT_BEFORE_ADVANCE));
    }

    /** On a lossless network, where the sweep is otherwise unnecessary. */
    @Test
    void withoutTheAcknowledgementBeforeTheAdvanceAndTheSweepAnOrderNeverEnds() {
        breaks("everyOrderEnds", Setting
                .without(Protection.ACKNOWLEDGEMENT_BEFORE_ADVANCE, Protection.SWEEP).onALosslessNetwork());
    }
}
