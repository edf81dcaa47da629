package dev.faultline.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

import dev.faultline.simulation.BucketShard.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * One schedule of a bucket that moves between two shards, as a plan wants it that changes now and then. Two instances of a
 * service write and read with maps that may be stale; both are candidates for leading the moves. The steps are those of
 * {@code BucketMover} and {@code Resharding}.
 */
final class MovingBucket {
    private static final int CLIENTS = 3;
    private static final long RECOVERY_AGE_MS = 5_000;
    private static final long COMPLETION_TIMEOUT_MS = 300_000;

    enum Protection {
        /** Writers hold the bucket's shared lock, and check the owner under it. */
        FENCE,
        /** So do readers. */
        READ_FENCE,
        /** The owner is switched under the bucket's exclusive lock. */
        EXCLUSIVE_LOCK,
        /** The shards are compared again under that lock. */
        LAST_COMPARISON,
        /** Shards reject the older of two movers, and let the newer one wait for the older one's transaction. */
        FENCING_TOKEN,
        /** The owner is switched on both shards or on none. */
        TWO_PHASE_COMMIT
    }

    private final World world;
    private final Set<Protection> without;
    private final BucketShard one;
    private final BucketShard two;
    private final List<Node> nodes;
    private final Election election;
    private BucketShard map;
    private BucketShard plan;
    private final Map<Integer, Integer> committed = new TreeMap<>();
    /** The owner by each node's map. */
    private final Map<Node, BucketShard> known = new HashMap<>();
    private int moves;

    /** @param violation the first one; null if there was none */
    record Outcome(long seed, @Nullable Violation violation, int moves, List<String> history) {}

    private MovingBucket(long seed, Set<Protection> without, boolean recording) {
        world = new World(seed, Simulation.Setting.COMPLETE, recording);
        this.without = without;
        one = new BucketShard(world, "shard-1");
        two = new BucketShard(world, "shard-2");
        election = new Election(world);
        one.owner = true;
        map = one;
        plan = one;
        nodes = IntStream.rangeClosed(1, 2).mapToObj(number -> node("service-" + number, number)).toList();
        world.onCommit(this::check);
    }

    private Node node(String name, int number) {
        var node = new Node(world, name);
        one.connect(node);
        two.connect(node);
        for (int client = number; client <= CLIENTS; client += 2) {
            int written = client;
            node.runs(() -> write(node, written));
        }
        node.runs(() -> read(node));
        node.runs(() -> lead(node));
        node.runs(() -> recover(node));
        return node;
    }

    static Outcome run(long seed, Set<Protection> without, boolean recording) {
        return new MovingBucket(seed, without, recording).run(seed);
    }

    private Outcome run(long seed) {
        nodes.forEach(Node::start);
        for (int change = world.below(8); change >= 0; change--) {
            world.after(world.between(0, world.faults.horizonMs()), () -> {
                plan = world.chance(0.5) ? one : two;
                world.trace("plan", "%s", plan.name);
            });
        }
        long latestMs = world.faults.horizonMs() + COMPLETION_TIMEOUT_MS;
        while (world.violation() == null && world.nowMs() < latestMs && !isDone()) {
            world.advance();
        }
        if (!isDone()) {
            violated("everyMoveEnds", "at %d ms the plan is %s and the map %s", world.nowMs(), plan.name, map.name);
        }
        return new Outcome(seed, world.violation(), moves, world.history());
    }

    private boolean isDone() {
        return world.faultsHaveEnded() && map == plan && plan.serves() && !other(plan).owner && !other(plan).listed
                && !plan.listed && other(plan).rows.isEmpty() && nodes.stream().noneMatch(Node::isUnresponsive);
    }

    private boolean has(Protection protection) {
        return !without.contains(protection);
    }

    private BucketShard other(BucketShard shard) {
        return shard == one ? two : one;
    }

    private BucketShard ownerKnownTo(Node node) {
        return known.computeIfAbsent(node, _ -> map);
    }

    /** As rejected clients do. The map may be the same as before. */
    private void refresh(Node node) {
        node.sleep(1 + world.below(1_000));
        known.put(node, map);
    }

    private void write(Node node, int client) {
        while (true) {
            BucketShard shard = ownerKnownTo(node);
            Transaction transaction = shard.begin();
            if (has(Protection.FENCE)) {
                transaction.lockShared();
            }
            if (!shard.owner) {
                transaction.rollBack();
                refresh(node);
            } else {
                int next = shard.rows.getOrDefault(client, 0) + 1;
                node.at(Boundary.STATE_READ);
                transaction.write(() -> {
                    shard.rows.put(client, next);
                    committed.put(client, next);
                    world.trace(node.toString(), "client %d has %d on %s", client, next, shard.name);
                });
                transaction.commit();
                node.at(Boundary.COMMITTED);
                node.sleep(world.below(2_000));
            }
        }
    }

    private void read(Node node) {
        while (true) {
            BucketShard shard = ownerKnownTo(node);
            int client = 1 + world.below(CLIENTS);
            Transaction transaction = shard.begin();
            if (has(Protection.READ_FENCE)) {
                transaction.lockShared();
            }
            if (has(Protection.READ_FENCE) && !shard.owner) {
                transaction.rollBack();
                refresh(node);
            } else {
                int atLeast = committed.getOrDefault(client, 0);
                int value = shard.rows.getOrDefault(client, 0);
                if (value < atLeast) {
                    violated("readsSeeWhatWasWritten", "%s reads %d of client %d on %s; %d was written", node, value,
                            client, shard.name, atLeast);
                }
                transaction.commit();
                node.sleep(world.below(2_000));
            }
        }
    }

    private void lead(Node node) {
        while (true) {
            long token = election.lead(world.running());
            if (token != Election.NOT_LEADER) {
                node.at(Boundary.LEADING);
                carryOut(node, token);
            }
            node.sleep(200 + world.below(2_000));
        }
    }

    private void carryOut(Node node, long token) {
        if (one.owner == two.owner) {
            return; // in doubt
        }
        map = one.owner ? one : two;
        node.at(Boundary.STATE_READ);
        BucketShard from = map;
        BucketShard to = plan;
        for (BucketShard shard : List.of(one, two)) {
            boolean isComing = shard == to && !shard.owner;
            if (shard.listed && !isComing && !drop(node, shard, token)) {
                return;
            }
        }
        if (from != to && enter(to, token)) {
            for (int round = 0; round <= world.below(3); round++) {
                if (!copy(node, from, to, token)) {
                    return;
                }
            }
            switchOwner(node, from, to, token);
        }
    }

    private boolean enter(BucketShard to, long token) {
        Transaction transaction = to.begin();
        if (isRejected(transaction, token)) {
            return false;
        }
        if (to.owner) {
            transaction.rollBack();
            return false;
        }
        transaction.write(() -> to.listed = true);
        transaction.commit();
        return true;
    }

    /** Rolls back what is rejected. */
    private boolean isRejected(Transaction transaction, long token) {
        if (has(Protection.FENCING_TOKEN) && !transaction.admits(token)) {
            transaction.rollBack();
            return true;
        }
        return false;
    }

    /** One round, while writes go on. */
    private boolean copy(Node node, BucketShard from, BucketShard to, long token) {
        var source = new TreeMap<>(from.rows);
        node.at(Boundary.DECIDED);
        Transaction transaction = to.begin();
        if (isRejected(transaction, token)) {
            return false;
        }
        if (to.owner) {
            transaction.rollBack();
            return false;
        }
        node.at(Boundary.DECIDED);
        transaction.write(() -> {
            to.rows.clear();
            to.rows.putAll(source);
        });
        transaction.commit();
        node.at(Boundary.COMMITTED);
        return true;
    }

    private void switchOwner(Node node, BucketShard from, BucketShard to, long token) {
        Transaction source = from.begin();
        Transaction target = to.begin();
        Transaction first = from == one ? source : target;
        Transaction second = from == one ? target : source;
        if (isRejected(first, token)) {
            second.rollBack();
            return;
        }
        if (isRejected(second, token)) {
            first.rollBack();
            return;
        }
        if (has(Protection.EXCLUSIVE_LOCK)) {
            source.lockExclusively();
        }
        if (!from.owner || to.owner) {
            source.rollBack();
            target.rollBack();
            return;
        }
        node.at(Boundary.STATE_READ);
        if (has(Protection.LAST_COMPARISON)) {
            var rows = new TreeMap<>(from.rows);
            target.write(() -> {
                to.rows.clear();
                to.rows.putAll(rows);
            });
        }
        node.at(Boundary.DECIDED);
        source.write(() -> {
            from.owner = false;
            from.listed = true;
        });
        target.write(() -> {
            to.owner = true;
            to.listed = false;
            moves++;
            world.trace(node.toString(), "has moved the bucket to %s with token %d", to.name, token);
        });
        commit(node, first, second);
    }

    /** The first shard by name coordinates. */
    private void commit(Node node, Transaction coordinator, Transaction participant) {
        if (!has(Protection.TWO_PHASE_COMMIT)) {
            coordinator.commit();
            node.at(Boundary.COMMITTED);
            participant.commit();
            return;
        }
        String gid = "move-" + world.nextId();
        participant.prepare(gid);
        node.at(Boundary.DECIDED);
        if (one.decide(gid, true)) {
            coordinator.commit();
            node.at(Boundary.COMMITTED);
            two.resolve(gid, true);
        } else {
            coordinator.rollBack();
        }
    }

    /** Row by row. */
    private boolean drop(Node node, BucketShard shard, long token) {
        while (true) {
            Transaction transaction = shard.begin();
            if (isRejected(transaction, token)) {
                return false;
            }
            if (shard.owner) {
                transaction.rollBack();
                return false;
            }
            boolean last = shard.rows.isEmpty();
            transaction.write(() -> {
                shard.rows.keySet().stream().findFirst().ifPresent(shard.rows::remove);
                shard.listed = !last;
            });
            transaction.commit();
            node.at(Boundary.COMMITTED);
            if (last) {
                return true;
            }
        }
    }

    /** Of two-phase commits whose coordinator is gone. */
    private void recover(Node node) {
        while (true) {
            for (String gid : two.preparedBefore(world.nowMs() - RECOVERY_AGE_MS)) {
                two.resolve(gid, one.decide(gid, false));
            }
            node.sleep(2_000);
        }
    }

    private void check() {
        if (one.serves() && two.serves()) {
            violated("noTwoShardsServeABucket", "at %d ms", world.nowMs());
        }
        for (BucketShard shard : List.of(one, two)) {
            if (shard.serves() && !shard.rows.equals(committed)) {
                violated("noWriteIsLost", "%s has %s, and %s was committed", shard.name, shard.rows, committed);
            }
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // would need a dependency on Error Prone
    private void violated(String invariant, String detail, Object... values) {
        world.report(new Violation(invariant, String.format(Locale.ROOT, detail, values)));
    }
}
