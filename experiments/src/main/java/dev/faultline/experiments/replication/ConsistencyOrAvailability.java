package dev.faultline.experiments.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.replication.Shards.Placed;
import dev.faultline.verification.client.ConsistencyClient;
import dev.faultline.verification.client.ConsistencyClient.Answer;

/** The primaries answer nobody, and nothing takes over: each read has to choose. */
public final class ConsistencyOrAvailability implements Experiment {
    private static final String FAILOVER = "failover-1";
    private static final int READS = 6;
    private static final Duration CUT_OFF = Duration.ofSeconds(5);

    @Override
    public Description description() {
        return new Description("cap", "Consistency or availability, when a partition comes (CAP)",
                "While the primaries answer nobody, a read that asks for the latest data is refused in words, and one that does not is answered and says how old the answer may be. No read gets an old answer that claims to be fresh.",
                "Each choice must lose what it gave up: strong reads must be refused, and eventual ones must miss what was written last.",
                List.of(new Source(
                        "Gilbert, Lynch, Brewer's Conjecture and the Feasibility of Consistent, Available, Partition-Tolerant Web Services, 2002",
                        "https://doi.org/10.1145/564585.564601"), new Source(
                                "Abadi, Consistency Tradeoffs in Modern Distributed Database System Design (PACELC), 2012",
                                "https://doi.org/10.1109/MC.2012.33")),
                List.of("libs/sharding/src/main/java/dev/faultline/sharding/ConsistentReads.java",
                        "libs/sharding/src/main/java/dev/faultline/sharding/ReadDeadline.java",
                        "libs/service-defaults/src/main/java/dev/faultline/service/web/DatabaseProblems.java",
                        "docs/consistency.md",
                        "chaos/cut-off.sh"),
                List.of("chaos/cut-off.sh shard-1 does it under load, to one shard: the other one is not affected",
                        "./faultline pause shard-1-a, and nothing else: failover-1 promotes the standby, and strong reads are answered again"));
    }

    @Override
    public Stage stage() {
        return Stage.STANDBYS;
    }

    @Override
    public void run(Lab lab) {
        var platform = lab.platform();
        try (var client = new ConsistencyClient(platform)) {
            var shards = new Shards(platform, client);
            shards.stock(2 * READS + 1);
            List<Placed> replayed = IntStream.range(0, READS).mapToObj(_ -> shards.place()).toList();
            replayed.forEach(shards::awaitReplica);
            List<String> primaries = shards.primaries();
            List<Placed> last = new ArrayList<>();
            List<Answer> strong;
            List<Answer> old;
            List<Answer> latest;
            try (var _ = new Cleanup(() -> {
                primaries.forEach(platform::resume);
                platform.resume(FAILOVER);
            })) {
                try (var _ = new Cleanup(shards::catchUp)) {
                    shards.lag();
                    lab.step("the standbys go on to receive the log, and replay nothing; the last orders are placed");
                    for (int i = 0; i < READS; i++) {
                        last.add(shards.place());
                    }
                    platform.pause(FAILOVER);
                    primaries.forEach(platform::pause);
                    lab.step("the primaries %s answer nobody, and nothing takes over".formatted(primaries));
                    Polling.sleep(CUT_OFF);
                    strong = replayed.stream().parallel().map(order -> client.get(order.path(), "strong")).toList();
                    old = replayed.stream().map(order -> client.get(order.path(), "eventual")).toList();
                    latest = last.stream().map(order -> client.get(order.path(), "eventual")).toList();
                }
            }
            last.forEach(shards::awaitPrimary);
            shards.awaitReplica(last.getLast());
            List<Answer> refused = strong.stream().filter(answer -> answer.status() >= 500).toList();
            long missed = latest.stream().filter(answer -> answer.status() == 404).count();
            long stalenessMs = old.stream().filter(Answer::isFromReplica).mapToLong(ConsistencyOrAvailability::stated)
                    .min().orElse(0);
            lab.observe("strong reads", statuses(strong));
            refused.stream().map(ConsistencyOrAvailability::reason).distinct().forEach(reason -> lab.observe(
                    "reason of a refusal", reason));
            lab.observe("eventual reads of what the standbys have", statuses(old));
            lab.observe("eventual reads of the last orders", statuses(latest));
            lab.observe("staleness that eventual answers stated, at least", "%d ms".formatted(stalenessMs));
            lab.claim("no strong read was answered from old data", strong.stream().noneMatch(Answer::isFromReplica));
            lab.claim("every refusal said why", refused.stream().noneMatch(answer -> reason(answer).isEmpty()));
            lab.claim("every eventual read was answered by a replica", old.stream().allMatch(answer -> answer
                    .status() == 200 && answer.isFromReplica()));
            lab.claim("each said that it may be older than the partition", stalenessMs >= CUT_OFF.toMillis());
            lab.claim("after the partition every order is there", last.stream().allMatch(order -> client.get(order
                    .path(),
                    "strong").status() == 200));
            lab.control("consistency cost availability: %d of %d strong reads were refused".formatted(refused.size(),
                    READS), refused.size() == READS);
            lab.control("availability cost consistency: %d of %d eventual reads missed the last orders".formatted(
                    missed,
                    READS), missed > 0);
        }
    }

    private static long stated(Answer answer) {
        return answer.stalenessMs() == null ? 0 : answer.stalenessMs();
    }

    private static String reason(Answer refusal) {
        return refusal.json().path("detail").asString("");
    }

    private static String statuses(List<Answer> answers) {
        return answers.stream().map(answer -> Integer.toString(answer.status())).sorted().toList().toString();
    }
}
