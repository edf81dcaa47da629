package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;

/** Wakes those who wait for something to change. They look again: it may have changed back. */
final class Signal {
    private final World world;
    private List<Task> waiting = new ArrayList<>();

    Signal(World world) {
        this.world = world;
    }

    void await() {
        Task task = world.running();
        waiting.add(task);
        task.stop();
    }

    void fire() {
        if (!waiting.isEmpty()) {
            List<Task> woken = waiting;
            waiting = new ArrayList<>();
            woken.forEach(task -> world.after(0, task::go));
        }
    }
}
