package dev.faultline.protocols.dynamo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.protocols.clocks.VectorClock;
import dev.faultline.protocols.dynamo.Message.Get;
import dev.faultline.protocols.dynamo.Message.GetReply;
import dev.faultline.protocols.dynamo.Message.Operation;
import dev.faultline.protocols.dynamo.Message.Put;
import dev.faultline.protocols.dynamo.Message.PutReply;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Violation;

/** A client that reads and writes, and gives an operation up after a while. It writes with what it last read of the key. */
final class DynamoClient implements Node<Message, Timer> {
    private static final int PATIENCE_MS = 120;
    private static final int THINKS_FOR_MS = 100;

    private final Host<Message, Timer> host;
    private final List<NodeId> ring;
    private final Workload workload;
    private final Map<String, VectorClock> contexts = new HashMap<>();
    private int serial;
    private boolean waiting;
    private String key = "x";
    private List<VectorClock> writtenBefore = List.of();

    /** What all clients have in common: which writes were acknowledged. */
    static final class Workload {
        private final Map<String, List<VectorClock>> acknowledged = new HashMap<>();
        private final int operations;
        private int nextValue = 1;

        Workload(int operations) {
            this.operations = operations;
        }

        List<VectorClock> acknowledged(String key) {
            return acknowledged.computeIfAbsent(key, _ -> new ArrayList<>());
        }
    }

    DynamoClient(Host<Message, Timer> host, List<NodeId> ring, Workload workload) {
        this.host = host;
        this.ring = ring;
        this.workload = workload;
    }

    @Override
    public void onStart() {
        host.setTimer(new Timer.Client(), host.random(1, THINKS_FOR_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        if (waiting) {
            host.note("gives up", "on " + key);
        }
        if (serial == workload.operations) {
            return;
        }
        waiting = true;
        key = host.random(0, 4) > 0 ? "x" : "y";
        var operation = new Operation(host.self(), ++serial);
        List<NodeId> replicas = Quorums.preferenceList(ring, key);
        NodeId coordinator = replicas.get(host.random(0, replicas.size()));
        if (host.random(0, 2) == 0) {
            writtenBefore = List.copyOf(workload.acknowledged(key));
            host.send(coordinator, new Get(operation, key));
        } else {
            host.send(coordinator, new Put(operation, key, workload.nextValue++, contexts.getOrDefault(key,
                    VectorClock.ZERO)));
        }
        host.setTimer(timer, PATIENCE_MS);
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case GetReply(Operation operation, List<Version> versions) when isPending(operation) -> {
                if (versions.size() > 1) {
                    host.note("sees siblings", versions);
                }
                for (VectorClock write : writtenBefore) {
                    Violation.unless(Version.covers(versions, write), "freshness",
                            () -> "%s read %s=%s, although %s was acknowledged before".formatted(host.self(), key,
                                    versions,
                                    write));
                }
                contexts.put(key, Version.context(versions));
                proceed();
            }
            case PutReply(Operation operation, VectorClock clock) when isPending(operation) -> {
                workload.acknowledged(key).add(clock);
                proceed();
            }
            default -> {
            }
        }
    }

    private boolean isPending(Operation operation) {
        return waiting && operation.serial() == serial;
    }

    private void proceed() {
        waiting = false;
        onStart();
    }
}
