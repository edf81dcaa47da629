package dev.faultline.k8s;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kustomizations that can be applied to a cluster. */
enum Rendering {
    BASE("base"), LOCAL("overlays/local"), THREE_NODES("overlays/three-nodes"), PRODUCTION("overlays/production"),
    MANAGED("overlays/managed");

    private static final Map<Rendering, Manifests> RENDERED = new ConcurrentHashMap<>();

    private final String directory;

    Rendering(String directory) {
        this.directory = directory;
    }

    /** Renders once. Skips the test if neither kubectl nor kustomize is installed. */
    Manifests manifests() {
        var kustomize = Kustomize.onPath();
        assumeTrue(kustomize.isPresent(), "neither kubectl 1.27 nor kustomize 5 is installed");
        return RENDERED.computeIfAbsent(this,
                _ -> Manifests.of(kustomize.orElseThrow().render(Repository.MANIFESTS.resolve(directory))));
    }
}
