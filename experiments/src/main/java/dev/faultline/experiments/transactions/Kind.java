package dev.faultline.experiments.transactions;

import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.Shards;

/** The protocols that are compared. */
enum Kind {
    TWO_PHASE("two-phase commit"), SAGA("saga"), UNPROTECTED("two local commits");

    /** Connections to each shard. */
    static final int POOL_SIZE = 16;

    private final String title;

    Kind(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    Protocol over(Shards shards, Meters meters) {
        return over(shards, meters, () -> {});
    }

    /** @param halfway runs between the steps; two-phase commit takes it from its shards */
    private Protocol over(Shards shards, Meters meters, Runnable halfway) {
        return switch (this) {
            case TWO_PHASE -> new TwoPhase(shards, meters);
            case SAGA -> new Saga(shards, meters, halfway);
            case UNPROTECTED -> new Unprotected(shards, halfway);
        };
    }

    /** Reserves, and runs {@code halfway} when one shard has done its part for good and the other has not. */
    boolean reserve(ShardDatabases databases, Reservation wanted, Runnable ready, Runnable halfway) {
        try (var shards = FixedShards.open(TemporaryPostgres.DATABASE, databases, 1, halfway)) {
            shards.shards().readAll(jdbc -> jdbc.sql("select 1").query(Integer.class).single());
            ready.run();
            return over(shards.shards(), new Meters(), halfway).reserve(wanted);
        }
    }
}
