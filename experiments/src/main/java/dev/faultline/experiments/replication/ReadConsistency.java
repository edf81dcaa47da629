package dev.faultline.experiments.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import dev.faultline.backing.Cleanup;
import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.replication.Shards.Placed;
import dev.faultline.verification.client.ConsistencyClient;
import dev.faultline.verification.client.ConsistencyClient.Answer;

/** Clients read what they have just written, in three ways, while the standbys lag. */
public final class ReadConsistency implements Experiment {
    private static final int ORDERS = 40;

    @Override
    public Description description() {
        return new Description("read-consistency", "Strong, session and eventual reads",
                "A client that has just placed an order and reads it finds it with a strong read, and with a read of its session, even while no standby has replayed it.",
                "The same with eventual reads: they must miss the order, and say that they may.",
                List.of(new Source("Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994",
                        "https://doi.org/10.1109/PDIS.1994.331722"), new Source(
                                "Terry, Replicated Data Consistency Explained Through Baseball, 2013",
                                "https://doi.org/10.1145/2500500")),
                List.of("libs/sharding/src/main/java/dev/faultline/sharding/ConsistentReads.java",
                        "libs/service-defaults/src/main/java/dev/faultline/service/web/ConsistencyHeaders.java",
                        "docs/decisions/0016-a-session-is-a-position-in-the-log.md"),
                List.of("curl with the header Consistency: eventual, after ./faultline lag shard-1-b (docs/consistency.md)",
                        "Without lag: eventual reads of your own order are then a race, and usually win"));
    }

    @Override
    public Stage stage() {
        return Stage.STANDBYS;
    }

    @Override
    public void run(Lab lab) {
        try (var client = new ConsistencyClient(lab.platform())) {
            var shards = new Shards(lab.platform(), client);
            shards.stock(ORDERS + 1);
            shards.awaitReplica(shards.place());
            lab.step("standbys receive the log and replay nothing; %d orders are placed and read at once".formatted(
                    ORDERS));
            var orders = new ArrayList<Placed>();
            Missing strong;
            Missing session;
            Missing eventual;
            try (var _ = new Cleanup(shards::catchUp)) {
                shards.lag();
                for (int i = 0; i < ORDERS; i++) {
                    orders.add(shards.place());
                }
                strong = missing(orders, order -> client.get(order.path(), "strong"));
                session = missing(orders, order -> client.getInSession(order.path(), order.answer().token()));
                eventual = missing(orders, order -> client.get(order.path(), "eventual"));
            }
            shards.awaitReplica(orders.getLast());
            Missing afterwards = missing(orders, order -> client.get(order.path(), "eventual"));
            lab.observe("strong reads that missed the order", strong.text());
            lab.observe("session reads that missed the order", session.text());
            lab.observe("eventual reads that missed the order", eventual.text());
            lab.observe("oldest eventual answer, as it said itself", "%d ms".formatted(eventual.oldestMs));
            lab.observe("eventual reads that missed the order, after the standbys caught up", afterwards.text());
            lab.picture("Reads that missed an order which their client had placed", "Of " + ORDERS
                    + ". In grey: eventual reads, the control.", BarChart.svg(List.of(new BarChart.Group("standbys lag",
                            List
                                    .of(strong.bar("strong", "var(--blue)"), session.bar("session", "var(--blue)"),
                                            eventual.bar(
                                                    "eventual", "var(--rule)"))), new BarChart.Group(
                                                            "standbys have caught up", List.of(
                                                                    afterwards.bar("eventual", "var(--rule)"))))));
            lab.claim("every strong read found its order", strong.found == ORDERS);
            lab.claim("every read of a session found its order", session.found == ORDERS);
            lab.claim("every eventual answer of a replica said how old it may be", eventual.unstated == 0);
            lab.claim("eventual reads find every order once the standbys have caught up", afterwards.found == orders
                    .size());
            lab.control("%d of %d eventual reads missed their order".formatted(eventual.count, ORDERS),
                    eventual.count > 0);
        }
    }

    /**
     * @param count    reads that were answered with 404
     * @param found    reads that were answered with the order
     * @param unstated answers of a replica without a staleness
     */
    private record Missing(int count, int found, int fromReplica, int unstated, long oldestMs) {
        String text() {
            return "%d of %d; replicas answered %d".formatted(count, ORDERS, fromReplica);
        }

        BarChart.Bar bar(String name, String colour) {
            return new BarChart.Bar(name, count, "" + count, colour);
        }
    }

    private static Missing missing(List<Placed> orders, Function<Placed, Answer> read) {
        List<Answer> answers = orders.stream().map(read).toList();
        List<Answer> replicas = answers.stream().filter(Answer::isFromReplica).toList();
        return new Missing(with(404, answers), with(200, answers), replicas.size(),
                (int) replicas.stream().filter(answer -> answer.stalenessMs() == null).count(), replicas.stream()
                        .filter(
                                answer -> answer.stalenessMs() != null).mapToLong(Answer::staleness).max().orElse(0));
    }

    private static int with(int status, List<Answer> answers) {
        return (int) answers.stream().filter(answer -> answer.status() == status).count();
    }
}
