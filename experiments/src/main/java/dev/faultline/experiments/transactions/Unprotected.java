package dev.faultline.experiments.transactions;

import java.util.List;

import dev.faultline.sharding.Shards;

/** The control: two local transactions, and nobody completes what a dead coordinator has begun. */
final class Unprotected implements Protocol {
    private final Shards shards;
    private final Runnable betweenTheSteps;

    Unprotected(Shards shards, Runnable betweenTheSteps) {
        this.shards = shards;
        this.betweenTheSteps = betweenTheSteps;
    }

    @Override
    public boolean reserve(Reservation wanted) {
        if (shards.write(List.of(wanted), one -> Reservation.bucket(one.first()), Statements.TAKE_FIRST).isEmpty()) {
            return false;
        }
        betweenTheSteps.run();
        return !shards.write(List.of(wanted), one -> Reservation.bucket(one.second()), Statements.TAKE_SECOND)
                .isEmpty();
    }
}
