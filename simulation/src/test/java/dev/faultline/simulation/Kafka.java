package dev.faultline.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The topics, and the network before them, which is worse than a network of Kafka's can be: it also loses what was
 * acknowledged, repeats and reorders.
 */
final class Kafka {
    private final World world;
    private final Map<String, Topic> topics = new TreeMap<>();

    Kafka(World world) {
        this.world = world;
    }

    Topic topic(String name) {
        return topics.computeIfAbsent(name, _ -> new Topic(world, name));
    }

    boolean isDrained() {
        return topics.values().stream().allMatch(Topic::isDrained);
    }

    /** Returns after how long the messages are acknowledged. */
    long append(List<Envelope> batch) {
        long arrivesMs = 1 + world.below(5);
        for (Envelope message : batch) {
            Topic topic = topic(message.topic());
            if (world.strikes(world.faults.loss())) {
                world.coverage.count(Happening.MESSAGE_LOST);
                world.tell("network", "loses %s", message);
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
        return arrivesMs + 1 + world.below(5);
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
