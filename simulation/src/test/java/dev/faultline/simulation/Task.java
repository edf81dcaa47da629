package dev.faultline.simulation;

/** A thread of a node. It ends when the node is killed, at whichever boundary it is. */
final class Task {
    private final World world;
    final Node node;
    private final int life;
    private final Coroutine coroutine;

    Task(World world, Node node, Runnable body) {
        this.world = world;
        this.node = node;
        this.life = node.life();
        this.coroutine = new Coroutine(body);
    }

    boolean isDead() {
        return node.life() != life;
    }

    void resume() {
        if (isDead()) {
            return;
        }
        long remainingMs = node.pausedForMs();
        if (remainingMs > 0) {
            world.after(remainingMs, this::resume);
            return;
        }
        world.running(this);
        coroutine.resume();
        world.running(null);
    }

    void sleep(long forMs) {
        world.after(forMs, this::resume);
        Coroutine.suspend();
    }

    /** Suspends until {@link #resume}. */
    void suspend() {
        Coroutine.suspend();
    }
}
