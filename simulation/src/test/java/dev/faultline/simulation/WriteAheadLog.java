package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;

import dev.faultline.contracts.Message;
import org.jspecify.annotations.Nullable;

/** The outbox: messages in commit order, and a replication slot with the position that Kafka has acknowledged. */
final class WriteAheadLog {
    /** PostgreSQL's wal_sender_timeout. */
    private static final long SENDER_TIMEOUT_MS = 60_000;
    private static final int MAX_BATCH = 4;

    private final World world;
    private final String name;
    private final List<Envelope> messages = new ArrayList<>();
    private final Signal changed;
    private int confirmed;
    private int furthestSent;
    private @Nullable Task reader;

    WriteAheadLog(World world, String name) {
        this.world = world;
        this.name = name;
        this.changed = new Signal(world);
    }

    void append(List<? extends Message> sent) {
        if (!sent.isEmpty()) {
            sent.forEach(payload -> messages.add(new Envelope(world.nextId(), payload)));
            changed.fire();
        }
    }

    boolean isDrained() {
        return confirmed == messages.size();
    }

    void connect(Node node) {
        node.onUnresponsive(() -> {
            if (reader != null && reader.node == node) {
                Task unresponsive = reader;
                world.after(node.isUp() ? SENDER_TIMEOUT_MS : 0, () -> {
                    if (reader == unresponsive && (unresponsive.isDead() || node.isUnresponsive())) {
                        reader = null;
                        changed.fire();
                    }
                });
            }
        });
    }

    /** The relay, as a thread of a node. One relay reads, the others wait. */
    void relay(Node node, Kafka kafka) {
        while (true) {
            while (reader != null) {
                changed.await();
            }
            reader = world.running();
            world.coverage.count(CoveragePoint.SLOT_TAKEN_OVER);
            if (world.faultOccurs(world.faults.slotLoss()) && confirmed < messages.size()) {
                world.coverage.count(CoveragePoint.SLOT_LOST);
                world.trace(node.toString(), "finds the slot of %s lost, and does not send %s", name,
                        messages.subList(confirmed, messages.size()));
                confirmed = messages.size();
            }
            send(node, kafka, confirmed);
        }
    }

    private void send(Node node, Kafka kafka, int from) {
        int position = from;
        while (reader == world.running()) {
            if (position == messages.size()) {
                changed.await();
                continue;
            }
            int end = Math.min(messages.size(), position + 1 + world.below(MAX_BATCH));
            List<Envelope> batch = List.copyOf(messages.subList(position, end));
            node.at(Boundary.LOG_READ);
            if (!world.has(Protection.ACKNOWLEDGEMENT_BEFORE_ADVANCE)) {
                advance(end);
                node.at(Boundary.LOG_READ);
            }
            if (position < furthestSent) {
                world.coverage.count(CoveragePoint.MESSAGE_REPEATED_BY_RELAY);
            }
            world.trace(node.toString(), "sends %s", batch);
            long roundTripMs = kafka.append(batch);
            furthestSent = Math.max(furthestSent, end);
            node.at(Boundary.MESSAGES_SENT);
            node.sleep(roundTripMs);
            node.at(Boundary.MESSAGES_ACKNOWLEDGED);
            advance(end);
            node.at(Boundary.SLOT_ADVANCED);
            position = end;
        }
    }

    private void advance(int position) {
        if (reader == world.running()) {
            confirmed = Math.max(confirmed, position);
        }
    }
}
