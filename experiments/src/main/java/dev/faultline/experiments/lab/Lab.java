package dev.faultline.experiments.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Parallel;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import dev.faultline.experiments.lab.Findings.Check;
import dev.faultline.experiments.lab.Findings.Observation;
import dev.faultline.experiments.lab.Findings.Picture;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;
import dev.faultline.verification.local.LocalTarget;

/** Where a run takes place, and the record of what it finds. Everything that is recorded is also reported at once. */
public final class Lab {
    private static final Duration ANSWERS = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(10);

    private final LocalCluster cluster;
    private final Path directory;
    private final Progress progress;
    private final List<Observation> observations = new ArrayList<>();
    private final List<Check> claims = new ArrayList<>();
    private final List<Check> controls = new ArrayList<>();
    private final List<Picture> pictures = new ArrayList<>();

    /**
     * @param cluster   runs if the experiment's {@link Stage} is the platform; otherwise its builds of the services can be used
     * @param directory for the data of temporary servers, each in a directory of its own
     */
    public Lab(LocalCluster cluster, Path directory, Progress progress) {
        this.cluster = cluster;
        this.directory = directory;
        this.progress = progress;
    }

    public LocalCluster cluster() {
        return cluster;
    }

    /** The running platform, if the experiment asked for it. */
    public Target platform() {
        return new LocalTarget(cluster);
    }

    public Path directory() {
        return directory;
    }

    public Progress progress() {
        return progress;
    }

    /**
     * Restarts instances of services with environment variables besides their own: the first instance of each at once, then
     * the second. Returns when all are ready; closing the result restarts them without, also when the run is interrupted.
     *
     * @throws FaultlineException if one does not become ready, after all have been restarted without
     */
    public Cleanup restarted(Map<String, String> environment, String... nodes) {
        var undo = new Cleanup(() -> restart(cluster, nodes));
        try {
            restart(environment, nodes);
            return undo;
        } catch (FaultlineException e) {
            undo.close();
            throw e;
        }
    }

    /** As {@link #restarted}, for instances that are so already: closing that undoes this too. */
    public void restart(Map<String, String> environment, String... nodes) {
        restart(cluster.with(environment), nodes);
    }

    private void restart(LocalCluster with, String... nodes) {
        Stream.of(nodes).collect(Collectors.groupingBy(node -> node.substring(node.lastIndexOf('-')), TreeMap::new,
                Collectors.toList())).values().forEach(group -> Parallel.run(group.stream().<Runnable>map(
                        node -> () -> with.nodes().restart(node, progress)).toList()));
    }

    /** Reports what is being done. */
    public void step(String what) {
        progress.report("step", what);
    }

    /** Records a figure of this run. */
    public void observe(String what, String value) {
        observations.add(new Observation(what, value));
        progress.report("observed", what + ": " + value);
    }

    /** Records a part of the hypothesis, and whether it held. */
    public void claim(String sentence, boolean holds) {
        claims.add(new Check(sentence, holds));
        progress.report(holds ? "held" : "VIOLATED", sentence);
    }

    /** Records what had to go wrong without the protection, and whether it did. */
    public void control(String sentence, boolean wentWrong) {
        controls.add(new Check(sentence, wentWrong));
        progress.report(wentWrong ? "control" : "CONTROL", wentWrong ? sentence : "did not go wrong: " + sentence);
    }

    /** @param svg in the style of {@link dev.faultline.verification.report.Report} */
    public void picture(String title, String caption, String svg) {
        pictures.add(new Picture(title, caption, svg));
    }

    /**
     * Returns when the platform completes an order: nodes that have just started answer slowly at first.
     *
     * @throws FaultlineException if it does not within a minute
     */
    void awaitPlatform() {
        try (var client = new PlatformClient(platform())) {
            var orders = new LoadOrders(client, "experiment");
            if (!Polling.until(ANSWERS, () -> completes(orders))) {
                throw new FaultlineException("The platform does not complete an order within " + ANSWERS.toSeconds()
                        + " s. See ./faultline status.");
            }
        }
    }

    private static boolean completes(LoadOrders orders) {
        try {
            orders.stock("", 1);
            return orders.place(0, WAIT).isComplete();
        } catch (FaultlineException e) {
            return false;
        }
    }

    public Findings findings() {
        return new Findings(observations, claims, controls, pictures);
    }
}
