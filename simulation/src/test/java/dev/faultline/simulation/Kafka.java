package dev.faultline.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.PaymentCommand;

/**
 * The topics and their network, which is worse than Kafka's can be: it also loses acknowledged messages, and duplicates and
 * reorders messages.
 */
final class Kafka {
    private static final List<String> TOPICS = List.of(CheckoutReply.TOPIC, InventoryCommand.TOPIC,
            PaymentCommand.TOPIC);

    private final World world;
    private final Map<String, Topic> topics = new TreeMap<>();

    /** One topic has an outage; messages sent to it meanwhile arrive afterwards, in any order. */
    private final String unreachable;
    private final long outageStartMs;
    private final long outageEndMs;

    Kafka(World world) {
        this.world = world;
        this.unreachable = TOPICS.get(world.below(TOPICS.size()));
        this.outageStartMs = world.below(60_000);
        this.outageEndMs = Math.min(outageStartMs + world.faults.outageMs(), world.faults.horizonMs());
    }

    Topic topic(String name) {
        return topics.computeIfAbsent(name, _ -> new Topic(world, name));
    }

    boolean isDrained() {
        for (Topic topic : topics.values()) {
            if (!topic.isDrained()) {
                return false;
            }
        }
        return true;
    }

    /** Returns the time until the messages are acknowledged. */
    long append(List<Envelope> batch) {
        long arrivesMs = world.between(1, 6);
        for (Envelope message : batch) {
            Topic topic = topic(message.topic());
            if (world.faultOccurs(world.faults.loss())) {
                world.coverage.count(CoveragePoint.MESSAGE_LOST);
                world.trace("network", "loses %s", message);
            } else if (isUnreachable(topic)) {
                world.coverage.count(CoveragePoint.TOPIC_CUT_OFF);
                inTransit(topic, message, outageEndMs - world.nowMs() + world.between(10, 5_000));
            } else if (world.faultOccurs(world.faults.reordering())) {
                world.coverage.count(CoveragePoint.MESSAGE_REORDERED);
                inTransit(topic, message, late());
            } else {
                inTransit(topic, message, arrivesMs);
            }
            if (world.faultOccurs(world.faults.duplication())) {
                world.coverage.count(CoveragePoint.MESSAGE_DUPLICATED);
                inTransit(topic, message, late());
            }
        }
        return arrivesMs + world.between(1, 6);
    }

    private boolean isUnreachable(Topic topic) {
        return topic.name().equals(unreachable) && outageStartMs <= world.nowMs() && world.nowMs() < outageEndMs;
    }

    private void inTransit(Topic topic, Envelope message, long delayMs) {
        if (delayMs > 10) {
            world.trace("network", "delivers %s in %.3f s", message, delayMs / 1000.0);
        }
        world.inTransit(delayMs, () -> topic.append(message));
    }

    /** Most messages are slightly late, some arrive after every timeout. */
    private long late() {
        return switch (world.below(4)) {
            case 0, 1 -> world.between(10, 1_000);
            case 2 -> world.between(1_000, 20_000);
            default -> world.between(20_000, 200_000);
        };
    }
}
