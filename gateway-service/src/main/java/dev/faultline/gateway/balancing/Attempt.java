package dev.faultline.gateway.balancing;

/** A request in flight to an instance. Whoever begins it must say once how it ended. */
public final class Attempt {
    private final Instances instances;
    private final Instance instance;
    private final long begunAt;

    Attempt(Instances instances, Instance instance, long begunAt) {
        this.instances = instances;
        this.instance = instance;
        this.begunAt = begunAt;
        instance.begin();
    }

    public Instance instance() {
        return instance;
    }

    public void completed(Outcome outcome) {
        instance.end();
        instances.completed(instance, begunAt, outcome);
    }
}
