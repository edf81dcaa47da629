package dev.faultline.experiments.replication;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.DiscardedLog;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.Polling;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Replication;
import dev.faultline.backing.Replication.Mode;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.TemporaryServers;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;
import dev.faultline.experiments.replication.Commits.Commit;

/** A standby freezes, and then its primary dies: what had been acknowledged, and what is left of it. */
public final class SynchronousReplication implements Experiment {
    private static final List<String> NAMES = List.of("primary", "standby");
    private static final Duration BEFORE = Duration.ofSeconds(3);
    private static final Duration FROZEN = Duration.ofMillis(1_500);
    private static final Duration AT_MOST = Duration.ofSeconds(30);

    @Override
    public Description description() {
        return new Description("synchronous-replication", "Synchronous and asynchronous replication",
                "With synchronous replication a commit waits for the standby: while the standby is frozen none is acknowledged, and when the primary is killed then, the promoted standby has every commit that was.",
                "Asynchronous replication: commits go on without the standby, and after the same kill the acknowledged ones of that time must be missing.",
                List.of(new Source("Kleppmann, Designing Data-Intensive Applications, chapter 5, Replication",
                        "https://dataintensive.net/"), new Source("PostgreSQL, Synchronous Replication",
                                "https://www.postgresql.org/docs/18/warm-standby.html#SYNCHRONOUS-REPLICATION")),
                List.of("libs/backing-services/src/main/java/dev/faultline/backing/Replication.java",
                        "experiments/src/main/java/dev/faultline/experiments/replication/SynchronousReplication.java",
                        "docs/replication.md"),
                List.of("./faultline up --standbys=async, then ./faultline kill shard-1-a under ./faultline load: the log of failover-1 says what was lost",
                        "FROZEN in SynchronousReplication.java: the window that asynchronous replication loses is as long as the standby is behind"));
    }

    @Override
    public void run(Lab lab) {
        Outcome synchronous = outcome(lab, Mode.SYNCHRONOUS);
        Outcome asynchronous = outcome(lab, Mode.ASYNCHRONOUS);
        lab.claim("synchronous: no commit that began while the standby was frozen was acknowledged",
                synchronous.acknowledgedAlone() == 0);
        lab.claim("synchronous: the primary said that commits waited for the standby", synchronous.waiting > 0);
        lab.claim("synchronous: of %d acknowledged commits none is missing after the promotion".formatted(synchronous
                .acknowledged()), synchronous.lost.count() == 0 && synchronous.acknowledged() > 0);
        lab.control("asynchronous: %d of %d acknowledged commits are missing, those of the last %.0f ms".formatted(
                asynchronous.lost.count(), asynchronous.acknowledged(), asynchronous.lost.windowMs()), asynchronous.lost
                        .count() > 0);
    }

    /**
     * What became of one pair of servers.
     *
     * @param frozenMs when the standby had been frozen, since the commits began
     * @param waiting  commits that waited for it on the primary, just before the kill
     */
    private record Outcome(List<Commit> commits, double frozenMs, double killedMs, int waiting, Set<Integer> found,
            LostCommits lost) {
        long acknowledged() {
            return commits.stream().filter(Commit::isAcknowledged).count();
        }

        long acknowledgedAlone() {
            return commits.stream().filter(commit -> commit.beganMs() > frozenMs && commit.isAcknowledged()).count();
        }

        double p50() {
            double[] sorted = commits.stream().filter(commit -> commit.endedMs() < frozenMs && commit.isAcknowledged())
                    .mapToDouble(Commit::tookMs).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        }

        /** By when they ended; with an error, what has not come to a good end. */
        List<Request> requests() {
            return commits.stream().map(commit -> new Request(commit.endedMs(), commit.tookMs(), !commit
                    .isAcknowledged() ? "not acknowledged" : found.contains(commit.id()) ? null : "lost")).toList();
        }
    }

    private static Outcome outcome(Lab lab, Mode mode) {
        String name = mode == Mode.SYNCHRONOUS ? "synchronous" : "asynchronous";
        lab.step("a primary and a standby, " + name);
        try (var servers = new TemporaryServers(lab.directory(), lab.progress())) {
            List<Integer> ports = FreePorts.take(2);
            var password = UUID.randomUUID().toString();
            PostgresServer primary = server(servers, 0, ports, password, mode);
            PostgresServer standby = server(servers, 1, ports, password, mode);
            servers.start(List.of(primary));
            standby.prepareAsStandbyOf(primary);
            servers.startPrepared(List.of(standby));
            awaitStreaming(primary);
            execute(primary, "create table " + Commits.TABLE + " (id int primary key)");

            var commits = new Commits(primary);
            Polling.sleep(BEFORE);
            servers.process(standby).freeze();
            double frozen = commits.now();
            lab.step("the standby is frozen (SIGSTOP), commits go on");
            Polling.sleep(FROZEN);
            int waiting = primary.replicationState().waitingCommits();
            double killed = commits.now();
            primary.fence();
            lab.step("the primary is killed (kill -9) and fenced; the standby crashes too, and is promoted");
            List<Commit> ended = commits.await();
            // What its kernel has received, but it has not, is no more than what is still in the network.
            servers.process(standby).kill();
            servers.startPrepared(List.of(standby));
            DiscardedLog discarded = primary.discardedAfter(standby.promote());
            Set<Integer> found = found(standby);
            var outcome = new Outcome(ended, frozen, killed, waiting, found, LostCommits.of(ended, found, killed));
            lab.observe(name + ": a commit takes (p50)", Spread.text(outcome.p50()) + " ms");
            lab.observe(name + ": acknowledged without the standby", "%d in %.1f s".formatted(outcome
                    .acknowledgedAlone(), (killed - frozen) / 1e3));
            lab.observe(name + ": acknowledged and lost", "%d, the last %.0f ms".formatted(outcome.lost.count(),
                    outcome.lost.windowMs()));
            lab.observe(name + ": transactions in the killed primary's log that its successor has not", Long.toString(
                    discarded.transactions()));
            lab.picture("Commits, " + name, "Each dot is a commit, by when it ended and how long it took. In red: "
                    + (mode == Mode.SYNCHRONOUS ? "not acknowledged." : "acknowledged, and lost; or not acknowledged."),
                    TrafficChart.svg(outcome.requests(), List.of(new Event(
                            "standby frozen, until the primary is killed",
                            frozen, killed))));
            return outcome;
        } catch (SQLException e) {
            throw new FaultlineException("PostgreSQL refused: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    private static PostgresServer server(TemporaryServers servers, int index, List<Integer> ports, String password,
            Mode mode) {
        String name = NAMES.get(index);
        return new PostgresServer(name, servers.directory(name), ports.get(index), password, new Replication(NAMES.get(1
                - index), ports.get(1 - index), mode), CacheDirectory.ofThisUser());
    }

    private static void awaitStreaming(PostgresServer primary) {
        if (!Polling.until(AT_MOST, () -> {
            try {
                return primary.replicationState().isStreaming();
            } catch (SQLException e) {
                return false;
            }
        })) {
            throw new FaultlineException("The standby does not follow its primary after " + AT_MOST.toSeconds()
                    + " s.");
        }
    }

    private static void execute(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Set<Integer> found(PostgresServer server) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from " + Commits.TABLE)) {
            var found = new HashSet<Integer>();
            while (rows.next()) {
                found.add(rows.getInt(1));
            }
            return found;
        }
    }
}
