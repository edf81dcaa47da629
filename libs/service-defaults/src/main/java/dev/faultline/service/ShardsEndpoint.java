package dev.faultline.service;

import java.util.List;

import dev.faultline.service.web.ProblemException;
import dev.faultline.sharding.BucketMove;
import dev.faultline.sharding.Resharding;
import dev.faultline.sharding.Resharding.FinishedMove;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows and changes which shard owns which buckets, on the management port. Any instance takes a plan; the one that leads
 * carries it out.
 */
@Endpoint(id = "shards")
public final class ShardsEndpoint {
    private final Resharding resharding;

    ShardsEndpoint(Resharding resharding) {
        this.resharding = resharding;
    }

    /**
     * @param epoch of the map that this instance knows
     * @param copies how many buckets shards hold rows of without owning them
     */
    public record State(long epoch, List<Move> pending, long copies, List<FinishedMove> moves) {}

    /** A move that is planned. */
    public record Move(int bucket, String from, String to) {
        static List<Move> of(List<BucketMove> moves) {
            return moves.stream().map(move -> new Move(move.bucket().number(), move.from().value(), move.to().value()))
                    .toList();
        }
    }

    /** @param since shows the moves after this epoch; none if it is missing */
    @ReadOperation
    public State state(@Nullable Long since) {
        Resharding.State state = resharding.state();
        return new State(state.epoch(), Move.of(state.pending()), state.copies(), since == null ? List.of()
                : resharding.movesAfter(since));
    }

    /**
     * Plans moves and returns those that are still to be made. Values arrive as text.
     *
     * @param action {@code move} a bucket to a shard, {@code drain} a shard, or {@code rebalance} all
     * @param dryRun true plans nothing. It has no default, so that no misspelled name of it ever plans something
     * @throws ProblemException 422 if the action is unknown, or a value is missing, invalid or not the action's; nothing is
     *         planned then
     */
    @WriteOperation
    public List<Move> plan(@Selector String action, @Nullable String bucket, @Nullable String shard,
            @Nullable String dryRun) {
        return Move.of(new RequestedPlan(action, bucket, shard, dryRun).make(resharding));
    }
}
