package dev.faultline.protocols.dynamo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.faultline.protocols.dynamo.Message.Fetch;
import dev.faultline.protocols.dynamo.Message.Fetched;
import dev.faultline.protocols.dynamo.Message.Get;
import dev.faultline.protocols.dynamo.Message.GetReply;
import dev.faultline.protocols.dynamo.Message.Hint;
import dev.faultline.protocols.dynamo.Message.HintKept;
import dev.faultline.protocols.dynamo.Message.Operation;
import dev.faultline.protocols.dynamo.Message.Put;
import dev.faultline.protocols.dynamo.Message.PutReply;
import dev.faultline.protocols.dynamo.Message.Store;
import dev.faultline.protocols.dynamo.Message.Stored;
import dev.faultline.protocols.dynamo.Timer.DeliverHints;
import dev.faultline.protocols.dynamo.Timer.HandOff;
import dev.faultline.protocols.dynamo.Timer.Repair;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;

/**
 * A node of the ring: a replica of some keys, the coordinator of the operations that clients send to it, and a stand-in.
 *
 * @see <a href="https://doi.org/10.1145/1294261.1294281">DeCandia et al.: Dynamo: Amazon's Highly Available Key-value Store,
 *      2007 (4.3 to 4.6)</a>
 */
final class Server implements Node<Message, Timer> {
    private static final int PATIENCE_MS = 25;
    private static final int HINTS_EVERY_MS = 100;

    private final Host<Message, Timer> host;
    private final List<NodeId> ring;
    private final Quorums quorums;
    private final Disk disk;
    private final Map<Operation, Write> writes = new HashMap<>();
    private final Map<Operation, Reading> reads = new HashMap<>();

    /** What survives a crash. */
    static final class Disk {
        final Map<String, List<Version>> versions = new HashMap<>();
        final Map<Operation, Hint> hints = new LinkedHashMap<>();
        int writes;

        List<Version> versions(String key) {
            return versions.getOrDefault(key, List.of());
        }
    }

    private record Write(Operation operation, String key, Version version, Set<NodeId> stored, Set<NodeId> standIns) {}

    private record Reading(String key, Map<NodeId, List<Version>> replies) {
        List<Version> merged() {
            return replies.values().stream().reduce(List.of(), Version::merge);
        }
    }

    Server(Host<Message, Timer> host, List<NodeId> ring, Quorums quorums, Disk disk) {
        this.host = host;
        this.ring = ring;
        this.quorums = quorums;
        this.disk = disk;
    }

    @Override
    public void onStart() {
        host.setTimer(new DeliverHints(), HINTS_EVERY_MS);
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case Put put -> write(put);
            case Store(Operation operation, String key, List<Version> versions) -> {
                disk.versions.put(key, Version.merge(disk.versions(key), versions));
                host.send(from, new Stored(operation));
            }
            case Stored(Operation operation) -> {
                Hint hint = disk.hints.get(operation);
                if (hint != null && hint.owner().equals(from)) {
                    disk.hints.remove(operation);
                }
                stored(operation, from, false);
            }
            case Hint hint -> {
                host.note("stands in", "for " + hint.owner());
                disk.hints.put(hint.operation(), hint);
                host.send(from, new HintKept(hint.operation(), hint.owner()));
            }
            case HintKept(Operation operation, NodeId owner) -> stored(operation, owner, true);
            case Get(Operation operation, String key) -> {
                reads.putIfAbsent(operation, new Reading(key, new LinkedHashMap<>()));
                host.broadcast(Quorums.preferenceList(ring, key), new Fetch(operation, key));
            }
            case Fetch(Operation operation, String key) -> host.send(from, new Fetched(operation, disk.versions(key)));
            case Fetched(Operation operation, List<Version> versions) -> fetched(operation, from, versions);
            case GetReply _,PutReply _ -> throw new IllegalArgumentException("not for a server");
        }
    }

    /** The new version replaces what the client has read, and nothing else. */
    private void write(Put put) {
        var version = new Version(put.value(), put.context().with(host.self(), ++disk.writes));
        var storing = new Operation(host.self(), disk.writes);
        writes.put(storing, new Write(put.operation(), put.key(), version, new LinkedHashSet<>(),
                new LinkedHashSet<>()));
        host.broadcast(Quorums.preferenceList(ring, put.key()), new Store(storing, put.key(), List.of(version)));
        if (quorums.repairs()) {
            host.setTimer(new HandOff(storing), PATIENCE_MS);
        }
    }

    private void stored(Operation operation, NodeId owner, boolean byStandIn) {
        Write write = writes.get(operation);
        if (write == null) {
            return;
        }
        int before = write.stored.size() + (quorums.sloppy() ? write.standIns.size() : 0);
        if (!byStandIn) {
            write.stored.add(owner);
            write.standIns.remove(owner);
        } else if (!write.stored.contains(owner)) {
            write.standIns.add(owner);
        }
        int now = write.stored.size() + (quorums.sloppy() ? write.standIns.size() : 0);
        if (before < quorums.w() && now >= quorums.w()) {
            host.decide("writes", write.key + "=" + write.version);
            host.send(write.operation.client(), new PutReply(write.operation, write.version.clock()));
        }
    }

    private void fetched(Operation operation, NodeId replica, List<Version> versions) {
        Reading read = reads.get(operation);
        if (read == null || read.replies.putIfAbsent(replica, versions) != null) {
            return;
        }
        if (read.replies.size() == quorums.r()) {
            host.send(operation.client(), new GetReply(operation, read.merged()));
            host.setTimer(new Repair(operation), PATIENCE_MS);
        }
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case HandOff(Operation operation) -> handOff(operation);
            case Repair(Operation operation) -> repair(operation);
            case DeliverHints _ -> {
                disk.hints.values().forEach(hint -> host.send(hint.owner(), new Store(hint.operation(), hint.key(), hint
                        .versions())));
                onStart();
            }
            case Timer.Client _ -> throw new IllegalArgumentException("not a server's timer");
        }
    }

    /** Hinted handoff: another node keeps the write for a replica that has not stored it, and delivers it later. */
    private void handOff(Operation operation) {
        Write write = writes.get(operation);
        if (write == null) {
            return;
        }
        var missing = new ArrayList<>(Quorums.preferenceList(ring, write.key));
        missing.removeAll(write.stored);
        List<NodeId> standIns = Quorums.standIns(ring, write.key);
        for (int i = 0; i < Math.min(missing.size(), standIns.size()); i++) {
            host.send(standIns.get(i), new Hint(operation, missing.get(i), write.key, List.of(write.version)));
        }
    }

    /** Read repair: replicas that answered with less than others get the rest. */
    private void repair(Operation operation) {
        Reading read = reads.remove(operation);
        if (read == null || !quorums.repairs()) {
            return;
        }
        List<Version> merged = read.merged();
        read.replies.forEach((replica, versions) -> {
            if (!Set.copyOf(versions).equals(Set.copyOf(merged))) {
                host.note("repairs", replica);
                host.send(replica, new Store(operation, read.key, merged));
            }
        });
    }
}
