package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.List;

/** A condition variable. Tasks must check their condition again after they are woken. */
final class Signal {
    private final World world;
    private List<Task> waiting = new ArrayList<>();

    Signal(World world) {
        this.world = world;
    }

    void await() {
        Task task = world.running();
        waiting.add(task);
        task.suspend();
    }

    void fire() {
        if (!waiting.isEmpty()) {
            List<Task> woken = waiting;
            waiting = new ArrayList<>();
            woken.forEach(task -> world.after(0, task::resume));
        }
    }
}
