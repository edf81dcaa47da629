package dev.faultline.experiments.consensus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.backing.Polling;
import dev.faultline.experiments.consensus.ConsulServer.Answer;
import dev.faultline.experiments.consensus.ConsulServer.Read;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;

/** Three Consul servers: the leader is killed, a follower misses writes, and a minority is left alone. */
public final class RaftLeaderElection implements Experiment {
    private static final String WRITES = "writes/";
    private static final String REGISTER = "register";
    private static final int PER_SECOND = 40;
    private static final Duration LENGTH = Duration.ofSeconds(20);
    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final int VALUES = 20;
    private static final int READS = 20;
    private static final Duration ON_THE_WAY = Duration.ofMillis(300);

    @Override
    public Description description() {
        return new Description("raft-leader-election", "Consensus with Raft: leader election, majority and minority",
                "When the leader of three Consul servers is killed, the other two elect one, and every acknowledged write is there. A server without a majority refuses writes and reads in words, and no read that asks the leader returns an old value.",
                "Reads that any server answers from what it has (?stale): one that was frozen must return an old value, and one without a majority must answer as if nothing had happened.",
                List.of(new Source("Ongaro, Ousterhout, In Search of an Understandable Consensus Algorithm, 2014",
                        "https://www.usenix.org/conference/atc14/technical-sessions/presentation/ongaro"), new Source(
                                "Consul, Consistency Modes",
                                "https://developer.hashicorp.com/consul/api-docs/features/consistency")),
                List.of("libs/backing-services/src/main/java/dev/faultline/backing/ConsulAgent.java",
                        "experiments/src/main/java/dev/faultline/experiments/consensus/RaftLeaderElection.java",
                        "discovery/src/main/java/dev/faultline/discovery/LeaderElection.java"),
                List.of("raft_multiplier in ConsulAgent.java: with 5, Consul's default, the election timeouts are five times as long",
                        "kill a follower instead of the leader: nobody notices"));
    }

    @Override
    public void run(Lab lab) {
        try (var servers = new ConsulServers(lab)) {
            leaderKilled(lab, servers);
            followerFrozen(lab, servers);
            minority(lab, servers);
        }
    }

    private static void leaderKilled(Lab lab, ConsulServers servers) {
        ConsulServer leader = servers.leader();
        List<ConsulServer> others = servers.without(leader);
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        Traffic traffic = Traffic.start(PER_SECOND, LENGTH, number -> {
            String key = WRITES + number;
            others.getFirst().write(key, "written");
            acknowledged.add(key);
        });
        Polling.sleep(BEFORE);
        double killed = traffic.now();
        servers.process(leader).kill();
        lab.step("killed the leader, " + leader.name());
        ConsulServers.await("the others have no new leader", () -> servers.agreed(others).filter(each -> !each.equals(
                leader)).isPresent());
        double elected = traffic.now();
        lab.step("both others follow " + servers.agreed(others).map(ConsulServer::name).orElse("nobody"));
        List<Request> requests = traffic.await();
        long missing = others.stream().mapToLong(server -> {
            var found = new HashSet<>(server.keys(WRITES));
            return acknowledged.stream().filter(key -> !found.contains(key)).count();
        }).max().orElseThrow();
        lab.observe("a new leader, whom both others follow, after", "%.1f s".formatted((elected - killed) / 1e3));
        lab.observe("writes acknowledged", "%d of %d".formatted(acknowledged.size(), requests.size()));
        lab.observe("reason of a refusal meanwhile", requests.stream().flatMap(request -> Stream.ofNullable(request
                .error())).findFirst().orElse("none"));
        lab.picture("Writes while the leader is killed",
                "Each dot is a write, sent to a server that is not killed, by when it was due and how long it took; in red, what was not acknowledged.",
                TrafficChart.svg(requests, List.of(new Event("no leader", killed, elected))));
        lab.claim("writes were acknowledged again under the new leader", requests.stream().anyMatch(request -> request
                .dueMs() > elected && !request.hasFailed()));
        lab.claim("of %d acknowledged writes none is missing".formatted(acknowledged.size()), missing == 0
                && !acknowledged.isEmpty());
        servers.start(List.of(leader));
    }

    /** It is asked before it goes on, so that it answers before it has caught up. */
    private static void followerFrozen(Lab lab, ConsulServers servers) {
        ConsulServer leader = servers.leader();
        ConsulServer frozen = servers.without(leader).getFirst();
        leader.write(REGISTER, "0");
        ConsulServers.await(frozen.name() + " does not have the first value", () -> frozen.read(REGISTER, Read.STALE)
                .body().equals("0"));
        lab.step("%s is frozen (SIGSTOP), a value changes %d times, and %s goes on".formatted(frozen.name(), VALUES,
                frozen.name()));
        servers.process(frozen).freeze();
        for (int value = 1; value <= VALUES; value++) {
            leader.write(REGISTER, Integer.toString(value));
        }
        List<CompletableFuture<Answer>> stale = reads(frozen, Read.STALE);
        List<CompletableFuture<Answer>> current = Stream.of(Read.DEFAULT, Read.CONSISTENT).flatMap(how -> reads(frozen,
                how).stream()).toList();
        Polling.sleep(ON_THE_WAY);
        servers.process(frozen).thaw();
        List<String> values = answered(current);
        List<String> staleValues = answered(stale);
        long old = staleValues.stream().filter(RaftLeaderElection::isOld).count();
        lab.observe("reads through the server that had been frozen, by the leader", "%d answered, %d of them old"
                .formatted(values.size(), values.stream().filter(RaftLeaderElection::isOld).count()));
        lab.observe("the same, by itself (?stale)", "%d answered, %d of them old".formatted(staleValues.size(), old));
        lab.claim("no default or consistent read through it returned an old value", values.stream().noneMatch(
                RaftLeaderElection::isOld) && !values.isEmpty());
        lab.control("%d of %d stale reads returned a value that had been overwritten".formatted(old, READS), old > 0);
    }

    private static List<CompletableFuture<Answer>> reads(ConsulServer server, Read how) {
        return IntStream.range(0, READS).mapToObj(_ -> server.reading(REGISTER, how)).toList();
    }

    private static List<String> answered(List<CompletableFuture<Answer>> reads) {
        return reads.stream().map(CompletableFuture::join).filter(Answer::isOk).map(Answer::body).toList();
    }

    private static boolean isOld(String value) {
        return Integer.parseInt(value) < VALUES;
    }

    private static void minority(Lab lab, ConsulServers servers) {
        ConsulServer left = servers.without(servers.leader()).getFirst();
        List<ConsulServer> killed = servers.without(left);
        ConsulServers.await(left.name() + " has not caught up", () -> left.read(REGISTER, Read.STALE).body().equals(
                Integer.toString(VALUES)));
        killed.forEach(server -> servers.process(server).kill());
        long began = System.nanoTime();
        ConsulServers.await(left.name() + " does not notice that it has no leader", () -> left.leader().isEmpty());
        lab.step("killed two of three; %s noticed after %.1f s".formatted(left.name(), (System.nanoTime() - began)
                / 1e9));
        CompletableFuture<Answer> current = left.reading(REGISTER, Read.DEFAULT);
        CompletableFuture<Answer> consistent = left.reading(REGISTER, Read.CONSISTENT);
        Answer write = left.put(WRITES + "refused", "written");
        var refused = new ArrayList<>(List.of(write, current.join(), consistent.join()));
        Answer stale = left.read(REGISTER, Read.STALE);
        lab.observe("a write to the one that is left", "%d: %s".formatted(write.status(), write.body().strip()));
        lab.observe("a stale read of it", "%d: %s".formatted(stale.status(), stale.body().strip()));
        lab.claim("without a majority, a write and the reads that ask the leader are refused in words", refused.stream()
                .allMatch(answer -> answer.status() == 500 && answer.body().contains("No cluster leader")));
        lab.control("without a majority, a stale read is answered as if nothing had happened", stale.isOk() && stale
                .body().equals(Integer.toString(VALUES)));
        lab.step("the two are started again");
        servers.start(killed);
        left.write(REGISTER, Integer.toString(VALUES + 1));
        lab.claim("with a majority again writes are accepted, and what was refused had no effect", left.read(REGISTER,
                Read.CONSISTENT).body().equals(Integer.toString(VALUES + 1)) && left.read(WRITES + "refused",
                        Read.CONSISTENT).status() == 404);
    }
}
