package dev.faultline.local.supervisor;

import java.util.List;

import dev.faultline.backing.Launch;
import dev.faultline.backing.Readiness;

/**
 * What a node is: how to run it, and when it is ready.
 *
 * @param port  the one that others reach it at, for people to read
 * @param needs the nodes that must be ready before it starts for the first time, and that are stopped after it
 */
public record NodeSpec(String name, int port, Launch launch, Readiness readiness, List<String> needs) {
    public NodeSpec {
        needs = List.copyOf(needs);
    }
}
