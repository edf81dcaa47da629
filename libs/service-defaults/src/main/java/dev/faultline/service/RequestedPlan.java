package dev.faultline.service;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.ProblemException.FieldError;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.BucketMove;
import dev.faultline.sharding.Resharding;
import dev.faultline.sharding.ShardName;
import org.jspecify.annotations.Nullable;

/** A plan of moves as an operator has sent it. Whatever is wrong with it is refused with a reason for the field. */
record RequestedPlan(String action, @Nullable String bucket, @Nullable String shard, @Nullable String dryRun) {
    private static final String BUCKET = "bucket";
    private static final String SHARD = "shard";

    /**
     * @return the moves that are still to be made
     * @throws ProblemException 422 if it cannot be planned
     */
    List<BucketMove> make(Resharding resharding) {
        return switch (action) {
            case "move" -> {
                Bucket moved = required(BUCKET, bucket, RequestedPlan::bucket);
                ShardName to = required(SHARD, shard, ShardName::new);
                boolean dry = isDry();
                yield planned(() -> resharding.move(moved, to, dry));
            }
            case "drain" -> {
                refuse(BUCKET, bucket);
                ShardName drained = required(SHARD, shard, ShardName::new);
                boolean dry = isDry();
                yield planned(() -> resharding.drain(drained, dry));
            }
            case "rebalance" -> {
                refuse(BUCKET, bucket);
                refuse(SHARD, shard);
                yield resharding.rebalance(isDry());
            }
            default -> throw invalid("action", "is unknown: " + action + "; there are move, drain and rebalance");
        };
    }

    private boolean isDry() {
        return required("dryRun", dryRun, text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false: " + text);
        });
    }

    private static Bucket bucket(String text) {
        try {
            return new Bucket(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number from 0 to " + (Bucket.COUNT - 1) + ": " + text, e);
        }
    }

    private static <T> T required(String field, @Nullable String text, Function<String, T> value) {
        if (text == null) {
            throw invalid(field, "is missing");
        }
        try {
            return value.apply(text);
        } catch (IllegalArgumentException e) {
            throw invalid(field, String.valueOf(e.getMessage()));
        }
    }

    private void refuse(String field, @Nullable String value) {
        if (value != null) {
            throw invalid(field, "has no meaning for " + action);
        }
    }

    /** The shards of this service decide whether there is such a shard. */
    private static List<BucketMove> planned(Supplier<List<BucketMove>> plan) {
        try {
            return plan.get();
        } catch (IllegalArgumentException e) {
            throw invalid(SHARD, String.valueOf(e.getMessage()));
        }
    }

    private static ProblemException invalid(String field, String reason) {
        return ProblemException.invalid("invalid-plan", "The moves cannot be planned", List.of(new FieldError(field,
                reason)));
    }
}
