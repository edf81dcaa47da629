package dev.faultline.k8s;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What can be applied to a cluster. */
enum Rendering {
    BASE("base"), LOCAL("overlays/local"), PRODUCTION("overlays/production");

    private static final Map<Rendering, Manifests> RENDERED = new ConcurrentHashMap<>();

    private final String directory;

    Rendering(String directory) {
        this.directory = directory;
    }

    /** Rendered once. Skips the test where there is neither kubectl nor kustomize. */
    Manifests manifests() {
        var kustomize = Kustomize.onPath();
        assumeTrue(kustomize.isPresent(), "nothing is rendered on this machine");
        return RENDERED.computeIfAbsent(this,
                _ -> Manifests.of(kustomize.orElseThrow().render(Repository.MANIFESTS.resolve(directory))));
    }
}
