package dev.faultline.simulation;

/** What one thread of a node does. It ends with the node, wherever it is then. */
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

    void go() {
        if (isDead()) {
            return;
        }
        long restMs = node.pausedForMs();
        if (restMs > 0) {
            world.after(restMs, this::go);
            return;
        }
        world.running(this);
        coroutine.run();
        world.running(null);
    }

    void sleep(long forMs) {
        world.after(forMs, this::go);
        Coroutine.stop();
    }

    /** Stops until someone lets it go on. */
    void stop() {
        Coroutine.stop();
    }
}
