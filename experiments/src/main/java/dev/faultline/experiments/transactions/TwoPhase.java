package dev.faultline.experiments.transactions;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.faultline.sharding.ShardSession;
import dev.faultline.sharding.ShardTransaction;
import dev.faultline.sharding.Shards;

/** One distributed transaction of the sharding library: both products are locked until it has committed on both shards. */
final class TwoPhase implements Protocol {
    private final Shards shards;
    private final Meters meters;

    TwoPhase(Shards shards, Meters meters) {
        this.shards = shards;
        this.meters = meters;
    }

    /** Rolls the transaction back. */
    private static final class SoldOutException extends RuntimeException {}

    @Override
    public boolean reserve(Reservation wanted) {
        try {
            Instant locked = shards.transact(List.of(Reservation.bucket(wanted.first()), Reservation.bucket(wanted
                    .second())), transaction -> take(transaction, wanted));
            meters.lockedUntilNow(locked);
            return true;
        } catch (SoldOutException e) {
            return false;
        }
    }

    /** In the order of the shards' names, so that transactions cannot deadlock. */
    private static Instant take(ShardTransaction transaction, Reservation wanted) {
        ShardSession first = transaction.on(Reservation.bucket(wanted.first()));
        var locked = new ArrayList<Instant>();
        for (ShardSession session : transaction.sessions()) {
            List<Instant> taken = (session.equals(first) ? Statements.TAKE_FIRST : Statements.TAKE_SECOND).execute(
                    session,
                    List.of(wanted));
            if (taken.isEmpty()) {
                throw new SoldOutException();
            }
            if (session.equals(first)) {
                locked.add(taken.getFirst());
            }
        }
        return locked.getFirst();
    }
}
