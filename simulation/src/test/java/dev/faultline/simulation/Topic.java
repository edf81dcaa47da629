package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The partitions of a topic, and its only consumer group. */
final class Topic {
    private static final int PARTITIONS = 2;
    private static final long SESSION_TIMEOUT_MS = 10_000;
    private static final int MAX_BATCH = 6;

    private final World world;
    private final String name;
    private final List<List<Envelope>> partitions = IntStream.range(0, PARTITIONS)
            .<List<Envelope>>mapToObj(_ -> new ArrayList<>()).toList();
    private final int[] committed = new int[PARTITIONS];
    private final int[] furthestPolled = new int[PARTITIONS];
    private final List<Task> members = new ArrayList<>();
    private final Signal changed;
    private int generation;

    /** The handler could not process the batch; it is polled again. */
    static final class RetryBatch extends RuntimeException {
        RetryBatch(String message) {
            super(message, null, false, false);
        }
    }

    Topic(World world, String name) {
        this.world = world;
        this.name = name;
        this.changed = new Signal(world);
    }

    String name() {
        return name;
    }

    void append(Envelope message) {
        partitions.get(Math.floorMod(message.payload().orderId().hashCode(), PARTITIONS)).add(message);
        changed.fire();
    }

    boolean isDrained() {
        for (int p = 0; p < PARTITIONS; p++) {
            if (committed[p] != partitions.get(p).size()) {
                return false;
            }
        }
        return true;
    }

    void connect(Node node) {
        node.onUnresponsive(() -> members.stream().filter(member -> member.node == node).toList()
                .forEach(member -> world.after(SESSION_TIMEOUT_MS, () -> {
                    if ((member.isDead() || node.isUnresponsive()) && members.remove(member)) {
                        world.trace("kafka", "revokes the partitions of %s from %s", name, node);
                        rebalance();
                    }
                })));
    }

    private void rebalance() {
        world.coverage.count(CoveragePoint.REBALANCE);
        generation++;
        changed.fire();
    }

    /** A consumer, as a thread of a node. */
    void consume(Node node, Consumer<List<Envelope>> handler) {
        Task me = world.running();
        int[] positions = committed.clone();
        int seen = -1;
        while (true) {
            if (!members.contains(me)) {
                members.add(me);
                rebalance();
            }
            if (seen != generation) {
                seen = generation;
                positions = committed.clone();
            }
            int[] ends = positions.clone();
            List<Envelope> batch = poll(me, ends);
            if (batch.isEmpty()) {
                changed.await();
                continue;
            }
            node.at(Boundary.BATCH_POLLED);
            try {
                handler.accept(batch);
            } catch (RetryBatch e) {
                world.trace(node.toString(), "retries the batch: %s", e.getMessage());
                positions = committed.clone();
                node.sleep(world.between(100, 1_000));
                continue;
            }
            node.at(Boundary.COMMITTED);
            commit(me, seen, ends);
            node.at(Boundary.OFFSETS_COMMITTED);
            positions = ends;
        }
    }

    private List<Envelope> poll(Task me, int[] positions) {
        var batch = new ArrayList<Envelope>();
        int limit = 1 + world.below(MAX_BATCH);
        for (int p = 0; p < PARTITIONS; p++) {
            if (members.get(p % members.size()) == me) {
                int from = positions[p];
                positions[p] = Math.min(partitions.get(p).size(), from + limit - batch.size());
                batch.addAll(partitions.get(p).subList(from, positions[p]));
                if (from < Math.min(furthestPolled[p], positions[p])) {
                    world.coverage.count(CoveragePoint.BATCH_REDELIVERED);
                }
                furthestPolled[p] = Math.max(furthestPolled[p], positions[p]);
            }
        }
        return batch;
    }

    private void commit(Task me, int seen, int[] ends) {
        if (seen == generation) {
            for (int p = 0; p < PARTITIONS; p++) {
                if (members.get(p % members.size()) == me) {
                    committed[p] = ends[p];
                }
            }
        } else {
            world.coverage.count(CoveragePoint.ZOMBIE_COMMIT_REFUSED);
            world.trace("kafka", "rejects the offsets of %s, which has lost its partitions", me.node);
        }
    }
}
