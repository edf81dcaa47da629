package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;

import dev.faultline.contracts.Message;
import org.jspecify.annotations.Nullable;

/** The outbox: messages in the order of commits, and one slot with the position up to which Kafka has them. */
final class WriteAheadLog {
    /** After this PostgreSQL ends the connection of a relay that says nothing. */
    private static final long SENDER_TIMEOUT_MS = 60_000;
    private static final int MOST_AT_ONCE = 4;

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

    void admits(Node node) {
        node.whenSilent(() -> {
            if (reader != null && reader.node == node) {
                Task silent = reader;
                world.after(node.isUp() ? SENDER_TIMEOUT_MS : 0, () -> {
                    if (reader == silent && (silent.isDead() || node.isSilent())) {
                        reader = null;
                        changed.fire();
                    }
                });
            }
        });
    }

    /** What the relay of a node does: to be run as a thread. One reads, the others stand by. */
    void relay(Node node, Kafka kafka) {
        while (true) {
            while (reader != null) {
                changed.await();
            }
            reader = world.running();
            world.coverage.count(Happening.SLOT_TAKEN_OVER);
            if (world.strikes(world.faults.slotLoss()) && confirmed < messages.size()) {
                world.coverage.count(Happening.SLOT_LOST);
                world.tell(node.toString(), "finds the slot of %s lost: %s are not sent", name,
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
            int end = Math.min(messages.size(), position + 1 + world.below(MOST_AT_ONCE));
            List<Envelope> batch = List.copyOf(messages.subList(position, end));
            node.at(Boundary.LOG_READ);
            if (!world.has(Protection.ACKNOWLEDGEMENT_BEFORE_ADVANCE)) {
                advance(end);
                node.at(Boundary.LOG_READ);
            }
            if (position < furthestSent) {
                world.coverage.count(Happening.MESSAGE_REPEATED_BY_RELAY);
            }
            world.tell(node.toString(), "sends %s", batch);
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
