package dev.faultline.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.PaymentCommand;

/**
 * The topics, and the network before them, which is worse than a network of Kafka's can be: it also loses what was
 * acknowledged, repeats and reorders.
 */
final class Kafka {
    private static final List<String> TOPICS = List.of(CheckoutReply.TOPIC, InventoryCommand.TOPIC,
            PaymentCommand.TOPIC);

    private final World world;
    private final Map<String, Topic> topics = new TreeMap<>();

    /** One topic may not be reached for a while; what is sent to it meanwhile comes afterwards, in any order. */
    private final String cutOff;
    private final long cutOffFromMs;
    private final long cutOffUntilMs;

    Kafka(World world) {
        this.world = world;
        this.cutOff = TOPICS.get(world.below(TOPICS.size()));
        this.cutOffFromMs = world.below(60_000);
        this.cutOffUntilMs = Math.min(cutOffFromMs + world.faults.outageMs(), world.faults.horizonMs());
    }

    Topic topic(String name) {
        return topics.computeIfAbsent(name, _ -> new Topic(world, name));
    }

    boolean isDrained() {
        return topics.values().stream().allMatch(Topic::isDrained);
    }

    /** Returns after how long the messages are acknowledged. */
    long append(List<Envelope> batch) {
        long arrivesMs = world.between(1, 6);
        for (Envelope message : batch) {
            Topic topic = topic(message.topic());
            if (world.strikes(world.faults.loss())) {
                world.coverage.count(Happening.MESSAGE_LOST);
                world.tell("network", "loses %s", message);
            } else if (isCutOff(topic)) {
                world.coverage.count(Happening.TOPIC_CUT_OFF);
                underway(topic, message, cutOffUntilMs - world.nowMs() + world.between(10, 5_000));
            } else if (world.strikes(world.faults.reordering())) {
                world.coverage.count(Happening.MESSAGE_REORDERED);
                underway(topic, message, late());
            } else {
                underway(topic, message, arrivesMs);
            }
            if (world.strikes(world.faults.duplication())) {
                world.coverage.count(Happening.MESSAGE_DUPLICATED);
                underway(topic, message, late());
            }
        }
        return arrivesMs + world.between(1, 6);
    }

    private boolean isCutOff(Topic topic) {
        return topic.name().equals(cutOff) && cutOffFromMs <= world.nowMs() && world.nowMs() < cutOffUntilMs;
    }

    private void underway(Topic topic, Envelope message, long delayMs) {
        if (delayMs > 10) {
            world.tell("network", "will bring %s in %.3f s", message, delayMs / 1000.0);
        }
        world.underway(delayMs, () -> topic.append(message));
    }

    /** Most are a little late, some come when nobody waits any more. */
    private long late() {
        return switch (world.below(4)) {
            case 0, 1 -> world.between(10, 1_000);
            case 2 -> world.between(1_000, 20_000);
            default -> world.between(20_000, 200_000);
        };
    }
}
