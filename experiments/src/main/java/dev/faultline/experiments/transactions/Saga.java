package dev.faultline.experiments.transactions;

import java.time.Instant;
import java.util.List;

import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Shards;

/**
 * Local transactions only: take the first product, take the second, confirm; or return the first if the second is sold out.
 * Nothing is locked between them, and everybody sees what is not decided yet.
 */
final class Saga implements Protocol {
    private final Shards shards;
    private final Meters meters;
    private final Runnable betweenTheSteps;

    /** @param betweenTheSteps runs when the first product is taken and the second is not */
    Saga(Shards shards, Meters meters, Runnable betweenTheSteps) {
        this.shards = shards;
        this.meters = meters;
        this.betweenTheSteps = betweenTheSteps;
    }

    @Override
    public boolean reserve(Reservation wanted) {
        List<Instant> locked = onFirst(Statements.BEGIN, wanted);
        if (locked.isEmpty()) {
            return false;
        }
        meters.lockedUntilNow(locked.getFirst());
        Instant begun = Instant.now();
        betweenTheSteps.run();
        boolean confirmed = !onSecond(Statements.TAKE_SECOND, wanted).isEmpty() && !onFirst(Statements.CONFIRM, wanted)
                .isEmpty();
        if (!confirmed && !onFirst(Statements.COMPENSATE, wanted).isEmpty()) {
            meters.compensations.incrementAndGet();
        }
        meters.openUntilNow(begun);
        return confirmed;
    }

    /**
     * Compensates an order whose coordinator is taken for dead. Can be repeated, and can compete with the coordinator and
     * with other recoveries: the first to change the saga's state decides.
     */
    void giveUp(Reservation wanted) {
        if (!onFirst(Statements.GIVE_UP, wanted).isEmpty()) {
            onSecond(Statements.UNDO_SECOND, wanted);
            if (!onFirst(Statements.COMPENSATE, wanted).isEmpty()) {
                meters.compensations.incrementAndGet();
            }
        }
    }

    private <R> List<R> onFirst(BatchStatement<Reservation, R> statement, Reservation wanted) {
        return shards.write(List.of(wanted), reservation -> Reservation.bucket(reservation.first()), statement);
    }

    private <R> List<R> onSecond(BatchStatement<Reservation, R> statement, Reservation wanted) {
        return shards.write(List.of(wanted), reservation -> Reservation.bucket(reservation.second()), statement);
    }
}
