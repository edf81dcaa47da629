package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * One bucket on one shard: its rows, whether the shard owns it, its advisory lock, and the fencing token of movers. A
 * transaction takes effect when it commits. Locks of a node's transactions are released when it is killed, except those of
 * prepared ones.
 */
final class BucketShard {
    private final World world;
    final String name;
    /** A counter per client. */
    final Map<Integer, Integer> rows = new TreeMap<>();
    boolean owner;
    /** Whether the shard may have rows of the bucket without owning it. */
    boolean listed;
    private long highestToken;
    private final Set<Transaction> sharers = new HashSet<>();
    private @Nullable Transaction exclusive;
    private @Nullable Transaction tokenHolder;
    private final Set<Transaction> open = new HashSet<>();
    private final Map<String, Transaction> prepared = new TreeMap<>();
    /** Of the two-phase commits that this shard coordinates. */
    private final Map<String, Boolean> decisions = new HashMap<>();
    private final Signal released;

    BucketShard(World world, String name) {
        this.world = world;
        this.name = name;
        this.released = new Signal(world);
    }

    void connect(Node node) {
        node.onUnresponsive(() -> {
            if (!node.isUp()) {
                List.copyOf(open).stream().filter(transaction -> transaction.node == node).forEach(Transaction::end);
            }
        });
    }

    Transaction begin() {
        var transaction = new Transaction(world.running().node);
        open.add(transaction);
        return transaction;
    }

    /** Whether clients can use the bucket here. */
    boolean serves() {
        return owner && exclusive == null;
    }

    /** The transactions here that were prepared before then. */
    List<String> preparedBefore(long atMs) {
        return prepared.entrySet().stream().filter(entry -> entry.getValue().preparedAtMs < atMs).map(Map.Entry::getKey)
                .toList();
    }

    /** Records the outcome unless there is one already; returns the one that holds. */
    boolean decide(String gid, boolean committed) {
        return decisions.merge(gid, committed, (earlier, _) -> earlier);
    }

    void resolve(String gid, boolean committed) {
        Transaction transaction = prepared.remove(gid);
        if (transaction != null) {
            transaction.finish(committed);
        }
    }

    final class Transaction {
        private final Node node;
        private final List<Runnable> effects = new ArrayList<>();
        private long preparedAtMs;

        private Transaction(Node node) {
            this.node = node;
        }

        void lockShared() {
            while (exclusive != null) {
                released.await();
            }
            sharers.add(this);
        }

        void lockExclusively() {
            while (exclusive != null || !sharers.isEmpty()) {
                released.await();
            }
            exclusive = this;
        }

        /** Returns false if a newer leader has been here. Waits for another mover's transaction. */
        boolean admits(long token) {
            while (tokenHolder != null) {
                released.await();
            }
            tokenHolder = this;
            if (highestToken > token) {
                return false;
            }
            write(() -> highestToken = token);
            return true;
        }

        void write(Runnable effect) {
            effects.add(effect);
        }

        void commit() {
            finish(true);
        }

        void rollBack() {
            finish(false);
        }

        void prepare(String gid) {
            open.remove(this);
            preparedAtMs = world.nowMs();
            prepared.put(gid, this);
        }

        private void finish(boolean committed) {
            if (committed) {
                effects.forEach(Runnable::run);
            }
            end();
            world.committed();
        }

        private void end() {
            open.remove(this);
            sharers.remove(this);
            exclusive = exclusive == this ? null : exclusive;
            tokenHolder = tokenHolder == this ? null : tokenHolder;
            released.fire();
        }
    }
}
