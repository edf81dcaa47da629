package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;

/** A process of a service: several threads that are killed together, and stopped together. */
final class Node {
    private final World world;
    private final String name;
    private final List<Runnable> threads = new ArrayList<>();
    private final List<Runnable> whenSilent = new ArrayList<>();
    private int life;
    private boolean up;
    private long pausedUntilMs;

    Node(World world, String name) {
        this.world = world;
        this.name = name;
    }

    /** A thread that starts with the node, each time. */
    void runs(Runnable thread) {
        threads.add(thread);
    }

    /** To be told when the node is killed or stopped: to others that looks the same at first. */
    void whenSilent(Runnable told) {
        whenSilent.add(told);
    }

    void start() {
        life++;
        up = true;
        pausedUntilMs = 0;
        threads.forEach(thread -> world.after(world.below(20), new Task(world, this, thread)::go));
    }

    /** Grows with each start and each death. */
    int life() {
        return life;
    }

    boolean isUp() {
        return up;
    }

    long pausedForMs() {
        return pausedUntilMs - world.nowMs();
    }

    boolean isSilent() {
        return !up || pausedForMs() > 0;
    }

    /** The one who calls may never return from here, or return after others have gone on without it. */
    void at(Boundary boundary) {
        if (world.strikes(world.faults.crash())) {
            world.coverage.countKilled(boundary);
            crash(boundary);
            world.running().stop();
        } else if (world.strikes(world.faults.pause())) {
            pause(boundary);
            world.running().sleep(0);
        } else if (world.coin(world.faults.delay())) {
            world.running().sleep(world.coin(0.02) ? world.below(5_000) : world.below(20));
        }
    }

    private void crash(Boundary after) {
        world.tell(name, "is killed (%s)", after);
        life++;
        up = false;
        whenSilent.forEach(Runnable::run);
        world.after(world.between(500, 25_000), () -> {
            world.tell(name, "starts");
            start();
        });
    }

    private void pause(Boundary after) {
        long forMs = world.coin(0.5) ? world.between(10, 5_000) : world.between(5_000, 90_000);
        world.coverage.count(Happening.NODE_PAUSED);
        world.tell(name, "is stopped for %.3f s (%s)", forMs / 1000.0, after);
        pausedUntilMs = world.nowMs() + forMs;
        whenSilent.forEach(Runnable::run);
        int stopped = life;
        world.after(forMs, () -> {
            if (life == stopped) {
                world.tell(name, "goes on");
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
