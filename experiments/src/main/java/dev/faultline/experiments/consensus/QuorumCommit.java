package dev.faultline.experiments.consensus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Three Kafka brokers, of which one and then two are killed; and what a producer loses that waits for one of them only. */
public final class QuorumCommit implements Experiment {
    private static final String QUORUM = "acknowledged-by-two";
    private static final String ONE = "acknowledged-by-one";
    private static final int BROKERS = 3;
    private static final int CONTROLLER = 1;
    private static final int LEADER = 2;
    private static final int FOLLOWER = 3;
    private static final int PER_SECOND = 30;
    private static final Duration LENGTH = Duration.ofSeconds(25);
    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final int REFUSED = 10;
    private static final int SENT_TO_ONE = 100;

    @Override
    public Description description() {
        return new Description("quorum-commit", "Quorum commit with in-sync replicas",
                "A record is acknowledged when at least two of three brokers have it (acks=all, min.insync.replicas=2). With one broker killed writes go on; with two killed they are refused in words; nothing acknowledged is missing afterwards.",
                "Acknowledged by one broker (acks=1): when that one is killed and the other elected, acknowledged records must be missing.",
                List.of(new Source("Gifford, Weighted Voting for Replicated Data, 1979",
                        "https://doi.org/10.1145/800215.806583"), new Source("Apache Kafka, Design: Replication",
                                "https://kafka.apache.org/documentation/#replication"), new Source(
                                        "Apache Kafka, min.insync.replicas",
                                        "https://kafka.apache.org/documentation/#topicconfigs_min.insync.replicas")),
                List.of("libs/backing-services/src/main/java/dev/faultline/backing/KafkaBroker.java",
                        "experiments/src/main/java/dev/faultline/experiments/consensus/QuorumCommit.java",
                        "k8s/base/kafka/kafka.yaml"),
                List.of("min.insync.replicas=3 in QuorumCommit.java: the first kill stops the writes until the broker is back",
                        "acks=all instead of acks=1 in the control: nothing is acknowledged while the other broker is frozen"));
    }

    @Override
    public void run(Lab lab) {
        try (var brokers = new KafkaBrokers(lab.directory(), BROKERS, 1, lab.progress())) {
            quorum(lab, brokers);
            one(lab, brokers);
        }
    }

    private static void quorum(Lab lab, KafkaBrokers brokers) {
        brokers.create(QUORUM, List.of(LEADER, FOLLOWER, CONTROLLER), Map.of("min.insync.replicas", "2"));
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        var refusals = new ArrayList<String>();
        try (var patient = brokers.producer("all", true); var impatient = brokers.producer("all", false)) {
            Traffic traffic = Traffic.start(PER_SECOND, LENGTH, number -> {
                KafkaBrokers.send(patient, QUORUM, null, "record-" + number);
                acknowledged.add("record-" + number);
            });
            Polling.sleep(BEFORE);
            double killed = traffic.now();
            brokers.process(FOLLOWER).kill();
            lab.step("killed one of three brokers, a follower");
            KafkaBrokers.await("the killed broker still counts", () -> !brokers.inSync(QUORUM).contains(FOLLOWER));
            double noticed = traffic.now();
            List<Request> requests = traffic.await();
            lab.observe("with one broker killed, records acknowledged", "%d of %d".formatted(acknowledged.size(),
                    requests.size()));
            lab.observe("it counted as in sync for", "%.1f s; records waited for it".formatted((noticed - killed)
                    / 1e3));
            lab.picture("Records while one of three brokers is killed",
                    "Each dot is a record, by when it was due and how long its acknowledgement took; in red, what was not acknowledged.",
                    TrafficChart.svg(requests, List.of(new Event("killed, and still in sync", killed, noticed))));
            lab.claim("with one of three brokers killed writes went on", requests.stream().anyMatch(request -> request
                    .dueMs() > noticed) && requests.stream().filter(request -> request.dueMs() > noticed).noneMatch(
                            Request::hasFailed));

            brokers.process(LEADER).kill();
            lab.step("killed the second one, which led");
            KafkaBrokers.await("the last broker does not lead", () -> brokers.leader(QUORUM) == CONTROLLER && brokers
                    .inSync(QUORUM).equals(Set.of(CONTROLLER)));
            for (int i = 0; i < REFUSED; i++) {
                try {
                    KafkaBrokers.send(impatient, QUORUM, null, "refused-" + i);
                    acknowledged.add("refused-" + i);
                } catch (FaultlineException e) {
                    refusals.add(String.valueOf(e.getMessage()));
                }
            }
            lab.observe("with two brokers killed", refusals.isEmpty() ? "accepted" : refusals.getLast());
            lab.claim("with two killed, each of %d writes was refused in words".formatted(REFUSED), refusals
                    .size() == REFUSED && refusals.stream().allMatch(refusal -> refusal.contains(
                            "NotEnoughReplicas")));
            brokers.start(List.of(LEADER, FOLLOWER));
            KafkaBrokers.await("the brokers that were started again are not in sync", () -> brokers.inSync(QUORUM)
                    .size() == 3);
            lab.step("both are started again, and in sync");
            KafkaBrokers.send(patient, QUORUM, null, "afterwards");
            acknowledged.add("afterwards");
        }
        Set<String> found = values(brokers, QUORUM);
        long missing = acknowledged.stream().filter(value -> !found.contains(value)).count();
        lab.claim("of %d acknowledged records none is missing".formatted(acknowledged.size()), missing == 0);
    }

    /** The other one has them from the leader's socket at most, not on its disk, when it is elected. */
    private static void one(Lab lab, KafkaBrokers brokers) {
        // Unclean: else nobody would lead if the frozen one had been dropped from those in sync.
        brokers.create(ONE, List.of(LEADER, FOLLOWER), Map.of("min.insync.replicas", "1",
                "unclean.leader.election.enable", "true"));
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        try (var producer = brokers.producer("1", true)) {
            brokers.process(FOLLOWER).freeze();
            lab.step("the follower is frozen (SIGSTOP), the leader acknowledges alone, and is killed");
            for (int i = 0; i < SENT_TO_ONE; i++) {
                KafkaBrokers.send(producer, ONE, null, "record-" + i);
                acknowledged.add("record-" + i);
            }
            brokers.process(LEADER).kill();
            brokers.process(FOLLOWER).thaw();
            KafkaBrokers.await("the follower does not lead", () -> brokers.leader(ONE) == FOLLOWER);
        }
        Set<String> found = values(brokers, ONE);
        long missing = acknowledged.stream().filter(value -> !found.contains(value)).count();
        lab.control(
                "acknowledged by one broker: %d of %d acknowledged records are missing, after the other one was elected"
                        .formatted(missing, acknowledged.size()), missing > 0);
    }

    private static Set<String> values(KafkaBrokers brokers, String topic) {
        return brokers.read(topic).stream().map(ConsumerRecord::value).collect(Collectors.toSet());
    }
}
