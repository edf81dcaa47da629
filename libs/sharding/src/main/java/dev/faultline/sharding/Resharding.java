package dev.faultline.sharding;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import dev.faultline.discovery.FencingToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Decides which shard each bucket should live on, and has the leader move them. Plans are made by any instance and stored in
 * Consul. Thread-safe; calls block.
 */
public final class Resharding {
    private static final Logger log = LoggerFactory.getLogger(Resharding.class);

    private final NavigableMap<ShardName, HikariDataSource> pools;
    private final ShardMaps maps;
    private final ShardPlans plans;
    private final BucketMover mover;

    Resharding(NavigableMap<ShardName, HikariDataSource> pools, ShardMaps maps, ShardPlans plans, BucketMover mover) {
        this.pools = pools;
        this.maps = maps;
        this.plans = plans;
        this.mover = mover;
    }

    /** A move that has been made. */
    public record FinishedMove(long epoch, int bucket, String source, String target, long rowsCopied,
            long rowsCopiedLocked, double pauseMs) {}

    /**
     * @param pending moves that are planned and not made
     * @param copies how many buckets shards hold rows of without owning them: copies in the making, and what a move has
     *        left to delete
     */
    public record State(long epoch, List<BucketMove> pending, long copies) {}

    /**
     * Plans one move.
     *
     * @param dryRun stores nothing
     * @return the moves of the plan that are still to be made
     * @throws IllegalArgumentException if the shard is unknown to this instance
     */
    public List<BucketMove> move(Bucket bucket, ShardName to, boolean dryRun) {
        requireKnown(to);
        return plan(each -> current -> each.equals(bucket) ? to : current, dryRun);
    }

    /**
     * Plans that a shard shall own nothing. Its buckets go where the ring of the others has them.
     *
     * @throws IllegalArgumentException if the shard is unknown to this instance, or is the only one
     */
    public List<BucketMove> drain(ShardName shard, boolean dryRun) {
        requireKnown(shard);
        var others = new ArrayList<>(pools.navigableKeySet());
        others.remove(shard);
        var ring = new HashRing(others);
        return plan(bucket -> current -> current.equals(shard) ? ring.ownerOf(bucket) : current, dryRun);
    }

    /** Plans that every bucket shall be where the ring of all shards has it. */
    public List<BucketMove> rebalance(boolean dryRun) {
        var ring = new HashRing(pools.navigableKeySet());
        return plan(bucket -> _ -> ring.ownerOf(bucket), dryRun);
    }

    /** @param owner of each bucket, from the one that it has, or is going to have by the plan that this one replaces */
    private List<BucketMove> plan(Function<Bucket, Function<ShardName, ShardName>> owner, boolean dryRun) {
        while (true) {
            ShardMap map = maps.current();
            Optional<ShardMap> known = plans.current();
            ShardMap before = known.orElse(map);
            List<ShardName> owners = before.byBucket();
            ShardMap next = ShardMap.of(before.epoch() + 1, pools.navigableKeySet(),
                    bucket -> owner.apply(bucket).apply(owners.get(bucket.number())));
            if (dryRun || plans.replace(known, next)) {
                return moves(map, next);
            }
        }
    }

    private void requireKnown(ShardName shard) {
        if (!pools.containsKey(shard)) {
            throw new IllegalArgumentException("there is no shard " + shard + "; there are " + pools.keySet());
        }
    }

    public State state() {
        ShardMap map = maps.current();
        return new State(map.epoch(), plans.current().map(plan -> moves(map, plan)).orElse(List.of()),
                pools.keySet().stream().mapToLong(shard -> copiesOn(shard).size()).sum());
    }

    /** The moves after an epoch, oldest first. */
    public List<FinishedMove> movesAfter(long epoch) {
        var moves = new ArrayList<FinishedMove>();
        pools.forEach((shard, pool) -> JdbcClient.create(pool).sql("select * from bucket_move where epoch > ?")
                .param(epoch).query(row -> {
                    moves.add(new FinishedMove(row.getLong("epoch"), row.getInt("bucket"), row.getString("source"),
                            shard.value(), row.getLong("rows_copied"), row.getLong("rows_copied_locked"),
                            row.getDouble("pause_ms")));
                }));
        moves.sort((a, b) -> Long.compare(a.epoch, b.epoch));
        return moves;
    }

    private static List<BucketMove> moves(ShardMap map, ShardMap plan) {
        List<ShardName> from = map.byBucket();
        List<ShardName> to = plan.byBucket();
        return IntStream.range(0, Bucket.COUNT).filter(bucket -> !from.get(bucket).equals(to.get(bucket)))
                .mapToObj(bucket -> new BucketMove(new Bucket(bucket), from.get(bucket), to.get(bucket))).toList();
    }

    /**
     * Carries the plan out. What an earlier leader has begun is found in the databases, so to go on after a crash is what
     * happens after every move: publish what the shards own, delete what they hold without owning it, move the next bucket.
     * The plan is read again before each move.
     *
     * @param leader this leader's token; empty when it no longer leads
     * @return whether everything is as planned
     * @throws StaleLeaderException if a shard has seen a newer leader
     * @throws RuntimeException if Consul or a shard fails, or a two-phase commit is in doubt; to be tried again
     */
    boolean carryOut(Supplier<Optional<FencingToken>> leader) {
        var postponed = new HashSet<Bucket>();
        for (Optional<FencingToken> token = leader.get(); token.isPresent(); token = leader.get()) {
            ShardMap map = maps.publish(() -> Ownership.read(pools));
            ShardMap plan = plans.current().orElse(map);
            dropCopies(map, plan, token.get());
            Optional<BucketMove> next = moves(map, plan).stream()
                    .filter(move -> !postponed.contains(move.bucket()) && pools.containsKey(move.to())).findFirst();
            if (next.isEmpty()) {
                return postponed.isEmpty();
            }
            try {
                mover.move(next.get(), map.epoch() + 1, token.get());
            } catch (StaleLeaderException e) {
                throw e;
            } catch (DataAccessException e) {
                log.warn("Postponed moving bucket {} from {} to {}: {}", next.get().bucket().number(),
                        next.get().from(), next.get().to(), e.getMessage());
                postponed.add(next.get().bucket());
            }
        }
        return false;
    }

    /** Keeps a copy whose bucket is to move there. */
    private void dropCopies(ShardMap map, ShardMap plan, FencingToken token) {
        for (ShardName shard : pools.keySet()) {
            for (Bucket bucket : copiesOn(shard)) {
                boolean isComing = plan.byBucket().get(bucket.number()).equals(shard)
                        && !map.byBucket().get(bucket.number()).equals(shard);
                if (!isComing) {
                    mover.drop(bucket, shard, token);
                }
            }
        }
    }

    private Set<Bucket> copiesOn(ShardName shard) {
        return JdbcClient.create(Objects.requireNonNull(pools.get(shard)))
                .sql("select bucket from bucket_copy order by bucket").query((row, _) -> new Bucket(row.getInt(1)))
                .set();
    }
}
