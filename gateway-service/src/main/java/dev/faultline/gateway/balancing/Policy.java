package dev.faultline.gateway.balancing;

import java.util.List;
import java.util.function.Supplier;

/** A rule that chooses an instance. Thread-safe, and never waits: no policy has a lock. */
interface Policy {

    /**
     * @param eligible not empty, in the order of discovery
     * @param key      of the request: requests of one customer have the same. Computed only if it is asked for
     * @return one of {@code eligible}
     */
    Instance choose(List<Instance> eligible, Supplier<String> key);
}
