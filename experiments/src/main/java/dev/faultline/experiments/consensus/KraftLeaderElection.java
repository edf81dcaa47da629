package dev.faultline.experiments.consensus;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

/** Three Kafka brokers that are also controllers: the active one is killed, and then a minority is left alone. */
public final class KraftLeaderElection implements Experiment {
    private static final String RECORDS = "records";
    private static final int BROKERS = 3;
    private static final int CHANGES_PER_SECOND = 4;
    private static final int RECORDS_PER_SECOND = 20;
    private static final Duration LENGTH = Duration.ofSeconds(16);
    private static final Duration BEFORE = Duration.ofSeconds(3);
    private static final double UNNOTICED_MS = 1_000;
    private static final Duration ANSWERS = Duration.ofMillis(500);
    private static final Duration CHANGE = Duration.ofSeconds(12);
    private static final Duration REFUSED = Duration.ofSeconds(4);
    /** Far longer than three of them need. */
    private static final Duration WITHOUT = Duration.ofSeconds(15);

    @Override
    public Description description() {
        return new Description("kraft-leader-election", "Consensus inside Kafka: the controllers' quorum",
                "When the active one of three controllers is killed, the other two elect one within seconds: changes of topics are acknowledged again, none that was acknowledged is missing, and records are written to a partition on the two as if nothing had happened. One controller alone refuses every change.",
                "Three brokers with a single controller: when that one is killed, no other may take its place, and changes must be refused until it is back.",
                List.of(new Source("KIP-595, A Raft Protocol for the Metadata Quorum",
                        "https://cwiki.apache.org/confluence/display/KAFKA/KIP-595%3A+A+Raft+Protocol+for+the+Metadata+Quorum"),
                        new Source("Ongaro, Ousterhout, In Search of an Understandable Consensus Algorithm, 2014",
                                "https://www.usenix.org/conference/atc14/technical-sessions/presentation/ongaro"),
                        new Source("Apache Kafka, KRaft", "https://kafka.apache.org/documentation/#kraft")),
                List.of("libs/backing-services/src/main/java/dev/faultline/backing/KafkaCluster.java",
                        "libs/backing-services/src/main/java/dev/faultline/backing/KafkaBroker.java",
                        "docker-compose.yml"),
                List.of("controller.quorum.fetch.timeout.ms in KafkaBroker.java, 2 s by default: how long a controller may be silent before another one stands for election",
                        "./faultline experiment run quorum-commit: the other half of Kafka's replication, in which the followers of a partition follow without voting"));
    }

    @Override
    public void run(Lab lab) {
        double elected;
        try (var brokers = new KafkaBrokers(lab.directory(), BROKERS, BROKERS, lab.progress())) {
            elected = activeKilled(lab, brokers);
            minority(lab, brokers);
        }
        try (var brokers = new KafkaBrokers(lab.directory(), BROKERS, 1, lab.progress())) {
            single(lab, brokers, elected);
        }
    }

    /** @return how many seconds the election took */
    private static double activeKilled(Lab lab, KafkaBrokers brokers) {
        int active = awaitActive(brokers, Set.of());
        List<Integer> others = IntStream.rangeClosed(1, BROKERS).filter(id -> id != active).boxed().toList();
        // Not on the one that is killed: a partition's leader waits for a replica until a controller has dropped it.
        brokers.create(RECORDS, others, Map.of("min.insync.replicas", "2"));
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        Set<String> written = ConcurrentHashMap.newKeySet();
        try (var producer = brokers.producer("all", true)) {
            Traffic changes = Traffic.start(CHANGES_PER_SECOND, LENGTH, number -> {
                brokers.record("topic-" + number, others.getFirst(), CHANGE);
                acknowledged.add("topic-" + number);
            });
            Traffic records = Traffic.start(RECORDS_PER_SECOND, LENGTH, number -> {
                KafkaBrokers.send(producer, RECORDS, null, "record-" + number);
                written.add("record-" + number);
            });
            Polling.sleep(BEFORE);
            double killed = changes.now();
            brokers.process(active).kill();
            lab.step("killed kafka-%d, the active controller".formatted(active));
            int next = awaitActive(brokers, Set.of(active));
            double elected = changes.now();
            lab.step("kafka-%d is the active controller".formatted(next));
            List<Request> changed = changes.await();
            List<Request> sent = records.await();
            Set<String> known = brokers.topics();
            Set<String> found = brokers.read(RECORDS).stream().map(ConsumerRecord::value).collect(Collectors.toSet());
            long missing = acknowledged.stream().filter(topic -> !known.contains(topic)).count();
            long lost = written.stream().filter(record -> !found.contains(record)).count();
            var event = List.of(new Event("no controller", killed, elected));
            lab.observe("a new active controller after", "%.1f s".formatted((elected - killed) / 1e3));
            lab.observe("changes acknowledged", "%d of %d".formatted(acknowledged.size(), changed.size()));
            lab.observe("records acknowledged, to a partition on the other two", "%d of %d, p99 %.0f ms".formatted(
                    written
                            .size(), sent.size(), Traffic.percentile(sent, 99)));
            lab.picture("Changes while the active controller is killed",
                    "Each dot is the creation of a topic, by when it was due and how long its acknowledgement took; in red, what was not acknowledged.",
                    TrafficChart.svg(changed, event));
            lab.picture("Records meanwhile", "Written to a partition on the two brokers that go on.",
                    TrafficChart.svg(sent, event));
            lab.claim("changes were acknowledged again under the new one", changed.stream().anyMatch(request -> request
                    .dueMs() > elected && !request.hasFailed()));
            lab.claim("of %d acknowledged changes and %d acknowledged records none is missing".formatted(acknowledged
                    .size(), written.size()), missing == 0 && lost == 0 && !acknowledged.isEmpty());
            lab.claim("every record was acknowledged, 99 of 100 within %.0f ms".formatted(UNNOTICED_MS), written
                    .size() == sent
                            .size() && Traffic.percentile(sent, 99) < UNNOTICED_MS);
            brokers.start(List.of(active));
            return (elected - killed) / 1e3;
        }
    }

    private static int awaitActive(KafkaBrokers brokers, Set<Integer> notThese) {
        var active = new int[1];
        KafkaBrokers.await("there is no other active controller", () -> {
            active[0] = brokers.activeController(ANSWERS);
            return active[0] != 0 && !notThese.contains(active[0]);
        });
        return active[0];
    }

    private static void minority(Lab lab, KafkaBrokers brokers) {
        int active = awaitActive(brokers, Set.of());
        int left = active == BROKERS ? 1 : active + 1;
        List<Integer> killed = IntStream.rangeClosed(1, BROKERS).filter(id -> id != left).boxed().toList();
        killed.forEach(id -> brokers.process(id).kill());
        lab.step("killed two of three, the active controller among them; kafka-%d is left".formatted(left));
        String refusal = refusal(brokers, "refused", left);
        int alone = brokers.activeController(REFUSED);
        lab.observe("a change at the one that is left", refusal);
        lab.claim("without a majority, no controller is active, and a change is refused", alone == 0 && !refusal
                .isEmpty());
        lab.step("the two are started again");
        brokers.start(killed);
        awaitActive(brokers, Set.of());
        brokers.record("accepted", left, CHANGE);
        // A broker that has just started answers with what it has replayed so far.
        lab.claim("with a majority again changes are accepted", Polling.until(CHANGE, () -> brokers.topics().contains(
                "accepted")));
    }

    private static void single(Lab lab, KafkaBrokers brokers, double elected) {
        int active = awaitActive(brokers, Set.of());
        brokers.record("before", 2, CHANGE);
        brokers.process(active).kill();
        lab.step("control: killed the single controller of three brokers");
        boolean replaced = Polling.until(WITHOUT, () -> brokers.activeController(ANSWERS) != 0);
        String refusal = refusal(brokers, "refused", 2);
        lab.observe("with a single controller, a change while it is away", refusal.isEmpty() ? "accepted" : refusal);
        lab.control(
                "with a single controller, there is none for %d s, after which three had elected one in %.1f s, and a change is refused"
                        .formatted(WITHOUT.toSeconds(), elected), !replaced && !refusal.isEmpty());
    }

    /** Empty if there is none. */
    private static String refusal(KafkaBrokers brokers, String topic, int replica) {
        try {
            brokers.record(topic, replica, REFUSED);
            return "";
        } catch (FaultlineException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
