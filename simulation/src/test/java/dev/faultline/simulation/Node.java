package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;

/** A process of a service: several threads that are killed and paused together. */
final class Node {
    private final World world;
    private final String name;
    private final List<Runnable> threads = new ArrayList<>();
    private final List<Runnable> onUnresponsive = new ArrayList<>();
    private int life;
    private boolean up;
    private long pausedUntilMs;

    Node(World world, String name) {
        this.world = world;
        this.name = name;
    }

    /** Adds a thread, which starts whenever the node starts. */
    void runs(Runnable thread) {
        threads.add(thread);
    }

    /** Adds a callback for when the node is killed or paused, which other nodes cannot distinguish at first. */
    void onUnresponsive(Runnable callback) {
        onUnresponsive.add(callback);
    }

    void start() {
        life++;
        up = true;
        pausedUntilMs = 0;
        threads.forEach(thread -> world.after(world.below(20), new Task(world, this, thread)::resume));
    }

    /** Grows with each start and each kill. */
    int life() {
        return life;
    }

    boolean isUp() {
        return up;
    }

    long pausedForMs() {
        return pausedUntilMs - world.nowMs();
    }

    boolean isUnresponsive() {
        return !up || pausedForMs() > 0;
    }

    /** The running task may be killed, paused or delayed here. */
    void at(Boundary boundary) {
        if (world.faultOccurs(world.faults.crash())) {
            world.coverage.countKilled(boundary);
            crash(boundary);
            world.running().suspend();
        } else if (world.faultOccurs(world.faults.pause())) {
            pause(boundary);
            world.running().sleep(0);
        } else if (world.chance(world.faults.delay())) {
            world.running().sleep(world.chance(0.02) ? world.below(5_000) : world.below(20));
        }
    }

    private void crash(Boundary after) {
        world.trace(name, "is killed (%s)", after);
        life++;
        up = false;
        onUnresponsive.forEach(Runnable::run);
        world.after(world.between(500, 25_000), () -> {
            world.trace(name, "starts");
            start();
        });
    }

    private void pause(Boundary after) {
        long forMs = world.chance(0.5) ? world.between(10, 5_000) : world.between(5_000, 90_000);
        world.coverage.count(CoveragePoint.NODE_PAUSED);
        world.trace(name, "is paused for %.3f s (%s)", forMs / 1000.0, after);
        pausedUntilMs = world.nowMs() + forMs;
        onUnresponsive.forEach(Runnable::run);
        int paused = life;
        world.after(forMs, () -> {
            if (life == paused) {
                world.trace(name, "resumes");
            }
        });
    }

    void sleep(long forMs) {
        world.running().sleep(forMs);
    }

    @Override
    public String toString() {
        return name;
    }
}
