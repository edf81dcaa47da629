package dev.faultline.local.supervisor;

import java.util.List;

import dev.faultline.backing.Launch;
import dev.faultline.backing.Readiness;

/**
 * The specification of a node: how to start it, and how to check that it is ready.
 *
 * @param port         for display only
 * @param needs        the nodes that must be ready before its first start, and that are stopped after it
 * @param fencedOnExit whether it is {@link NodeDirectory#fence fenced} and not restarted when it exits unexpectedly
 */
public record NodeSpec(String name, int port, Launch launch, Readiness readiness, List<String> needs,
        boolean fencedOnExit) {
    public NodeSpec {
        needs = List.copyOf(needs);
    }

    /** Restarted when it exits unexpectedly. */
    public NodeSpec(String name, int port, Launch launch, Readiness readiness, List<String> needs) {
        this(name, port, launch, readiness, needs, false);
    }
}
