package dev.faultline.experiments.replication;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** A shard's primary is killed under load; then it freezes while nobody is there to promote its standby. */
public final class Failover implements Experiment {
    private static final String SHARD = "shard-1";
    private static final String PROMOTER = "failover-1";
    private static final int PER_SECOND = 10;
    private static final Duration LENGTH = Duration.ofSeconds(20);
    private static final Duration CONTROL = Duration.ofSeconds(12);
    private static final Duration BEFORE = Duration.ofSeconds(3);
    private static final Duration TAKEN_OVER = Duration.ofSeconds(20);
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofSeconds(5);

    @Override
    public Description description() {
        return new Description("failover", "Failover to a synchronous standby",
                "When a shard's primary is killed under load, its standby takes over within twenty seconds, and no order that was acknowledged is lost.",
                "A primary that freezes while the promoter is frozen too: nobody must take over, and orders of that shard must fail until it goes on.",
                List.of(new Source("Gray, Reuter, Transaction Processing, chapter on disaster recovery",
                        "https://dl.acm.org/doi/book/10.5555/573304"), new Source(
                                "PostgreSQL, High Availability, Load Balancing, and Replication",
                                "https://www.postgresql.org/docs/18/high-availability.html")),
                List.of("local-cluster/src/main/java/dev/faultline/local/Failover.java",
                        "local-cluster/src/main/java/dev/faultline/local/ShardRoles.java",
                        "docs/decisions/0015-the-data-says-who-is-primary.md"),
                List.of("./faultline promote shard-1 under ./faultline load: the same by command",
                        "./faultline up --standbys=async, then ./faultline kill shard-1-a: what is lost is printed in the log of failover-1"));
    }

    @Override
    public Stage stage() {
        return Stage.STANDBYS;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        try (var client = new PlatformClient(platform)) {
            var orders = new LoadOrders(client, "experiment");
            orders.stock("", PER_SECOND * (int) LENGTH.plus(CONTROL).toSeconds());
            Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
            String old = primary(platform);

            Traffic traffic = Traffic.start(PER_SECOND, LENGTH, number -> acknowledged.add(orders.place(number, WAIT)
                    .id()));
            Polling.sleep(BEFORE);
            double killed = traffic.now();
            platform.kill(old);
            lab.step("killed " + old);
            boolean promoted = Polling.until(TAKEN_OVER, () -> platform.primaryOf(SHARD).filter(name -> !name.equals(
                    old))
                    .isPresent());
            double promotedAt = traffic.now();
            List<Request> requests = traffic.await();
            lab.observe("another server is the primary after", promoted ? "%.1f s".formatted((promotedAt - killed)
                    / 1e3)
                    : "not in time");
            lab.observe("orders acknowledged", "%d of %d".formatted(acknowledged.size(), requests.size()));
            lab.picture("Orders while the primary is killed",
                    "Each dot is an order, by when it was due and how long its outcome took; in red, what was not acknowledged.",
                    TrafficChart.svg(requests, List.of(new Event("no primary", killed, promotedAt))));
            boolean rebuilt = Polling.until(RECOVERY, () -> platform.standbyOf(SHARD).filter(old::equals).isPresent());
            long lost = acknowledged.stream().filter(id -> !isComplete(client, id)).count();
            lab.claim("the standby took over within %d s".formatted(TAKEN_OVER.toSeconds()), promoted);
            lab.claim("every acknowledged order was there afterwards, and complete", lost == 0 && !acknowledged
                    .isEmpty());
            lab.claim("the killed server returned as the standby of its successor", rebuilt);

            control(lab, platform, orders);
        }
    }

    private static void control(Lab lab, Target platform, LoadOrders orders) {
        String primary = primary(platform);
        Traffic traffic;
        boolean takenOver;
        double frozen;
        double resumed;
        try (var _ = new Cleanup(() -> {
            platform.resume(primary);
            platform.resume(PROMOTER);
        })) {
            platform.pause(PROMOTER);
            long first = PER_SECOND * LENGTH.toSeconds();
            traffic = Traffic.start(PER_SECOND, CONTROL, number -> orders.place(first + number, WAIT));
            frozen = traffic.now();
            platform.pause(primary);
            lab.step(primary + " is frozen, and " + PROMOTER + " too");
            takenOver = Polling.until(CONTROL.minusSeconds(2), () -> !platform.primaryOf(SHARD).equals(Optional.of(
                    primary)));
            resumed = traffic.now();
        }
        List<Request> requests = traffic.await();
        long failed = requests.stream().filter(Request::hasFailed).count();
        lab.picture("Orders while the primary is frozen and nobody is there to replace it", "The control.", TrafficChart
                .svg(requests, List.of(new Event("primary frozen", frozen, resumed))));
        lab.control("without a promoter nobody took over in %.0f s, and %d of %d orders failed".formatted((resumed
                - frozen)
                / 1e3, failed, requests.size()), !takenOver && failed > 0);
        if (!Polling.until(RECOVERY, () -> platform.nodes().stream().allMatch(Target.Node::ready))) {
            throw new FaultlineException("Not every node is ready after the control. See ./faultline status.");
        }
    }

    private static String primary(Target platform) {
        return platform.primaryOf(SHARD).orElseThrow(() -> new FaultlineException(SHARD + " has no primary now. See"
                + " ./faultline status."));
    }

    /** Within a minute. */
    private static boolean isComplete(PlatformClient client, String id) {
        return Polling.until(RECOVERY, () -> {
            try {
                return client.order(id).isComplete();
            } catch (FaultlineException e) {
                return false;
            }
        });
    }
}
