package dev.faultline.experiments.coordination;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.PostgresServer;
import dev.faultline.discovery.LeaderElection;
import dev.faultline.experiments.ChildJvm;
import dev.faultline.experiments.TemporaryServers;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;

/** The holder of a lock freezes after it has checked its lease and before it writes; somebody else gets the lock. */
public final class Fencing implements Experiment {
    private static final String FIRST = "first";
    private static final String SECOND = "second";

    @Override
    public Description description() {
        return new Description("fencing", "Distributed locks, leases and fencing tokens",
                "A process that holds a lock and freezes beyond its lease loses the lock to another one; when it goes on and writes, the store rejects the write, because its fencing token is lower than one that the store has seen.",
                "The same lock, and a store that does not look at tokens: the late write must overwrite what the new holder has written.",
                List.of(new Source("Gray, Cheriton, Leases: An Efficient Fault-Tolerant Mechanism, 1989",
                        "https://doi.org/10.1145/74850.74870"), new Source(
                                "Kleppmann, How to do distributed locking, 2016",
                                "https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html")),
                List.of("discovery/src/main/java/dev/faultline/discovery/LeaderElection.java",
                        "discovery/src/main/java/dev/faultline/discovery/FencingToken.java",
                        "experiments/src/main/java/dev/faultline/experiments/coordination/LockHolder.java",
                        "experiments/src/main/java/dev/faultline/experiments/coordination/Document.java"),
                List.of("check election.token() again after Parent.await() in LockHolder.java: the late write is not tried, and the verdict is that the run says nothing; then freeze it between that check and the write",
                        "chaos/leader-kill.sh order-service, with the platform running: another instance leads"));
    }

    @Override
    public void run(Lab lab) {
        try (var servers = new TemporaryServers(lab.directory(), lab.progress())) {
            List<Integer> ports = FreePorts.take(4);
            String password = UUID.randomUUID().toString();
            var consul = new ConsulAgent("consul-1", servers.directory("consul-1"), new ConsulPorts(ports.get(0), ports
                    .get(1), ports.get(2)), CacheDirectory.ofThisUser(), line -> lab.progress().report("consul-1",
                            line));
            var postgres = new PostgresServer("store", servers.directory("store"), ports.get(3), password,
                    CacheDirectory.ofThisUser());
            servers.start(List.of(consul, postgres));
            try (var document = new Document(postgres.jdbcUrl("postgres"), PostgresServer.SUPERUSER, password)) {
                document.create();
                run(lab, document, consul, postgres, password);
            }
        } catch (SQLException e) {
            throw new FaultlineException("PostgreSQL refused: " + e.getMessage(), e);
        }
    }

    private static void run(Lab lab, Document document, ConsulAgent consul, PostgresServer postgres, String password)
            throws SQLException {
        try (var first = start(FIRST, consul, postgres, password)) {
            long firstToken = Long.parseLong(first.hear());
            try (var second = start(SECOND, consul, postgres, password)) {
                lateWrite(lab, document, first, firstToken, second);
            }
        }
    }

    private static void lateWrite(Lab lab, Document document, ChildJvm first, long firstToken, ChildJvm second)
            throws SQLException {
        lab.step("the first process has the lock, with token " + firstToken + "; it freezes (SIGSTOP)");
        first.freeze();
        long frozen = System.nanoTime();
        long secondToken = Long.parseLong(second.hear());
        double takenOver = (System.nanoTime() - frozen) / 1e9;
        second.go();
        String secondSaid = second.hear();
        lab.step("the second one has the lock, with token %d, and writes: %s".formatted(secondToken, secondSaid));
        String before = document.authorOfUnfenced();
        first.go();
        first.thaw();
        String firstSaid = first.hear();
        lab.step("the first one goes on, and writes: " + firstSaid);

        lab.observe("the lease", "%d s; Consul may keep the lock for as long again".formatted(LeaderElection.LEASE
                .toSeconds()));
        lab.observe("the lock passed to the second process after", "%.1f s".formatted(takenOver));
        lab.observe("the second process, token " + secondToken, secondSaid);
        lab.observe("the first process, token " + firstToken + ", when it went on", firstSaid);
        lab.claim("the lock passed to another process, with a higher token", secondToken > firstToken);
        lab.claim("the store that looks at tokens rejected the late write", firstSaid.contains(
                "fenced write rejected"));
        lab.claim("that store still has what the new holder wrote", document.authorOfFenced().equals(SECOND));
        lab.claim("the first process could see that its lease had expired, but only after it had written", firstSaid
                .endsWith("lease expired"));
        lab.control("the store that does not look at tokens accepted the late write, and lost that of the new holder",
                before.equals(SECOND) && document.authorOfUnfenced().equals(FIRST));
    }

    private static ChildJvm start(String name, ConsulAgent consul, PostgresServer postgres, String password) {
        return ChildJvm.start("the " + name + " process", LockHolder.class, List.of(name, Integer.toString(consul
                .port()), postgres.jdbcUrl("postgres"), PostgresServer.SUPERUSER), Map.of(LockHolder.PASSWORD,
                        password));
    }
}
