package dev.faultline.experiments.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import dev.faultline.backing.Polling;
import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.BarChart.Group;
import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.messaging.OutboxDatabase;
import dev.faultline.messaging.StandaloneMessaging;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;

/** A writer of PostgreSQL and Kafka is killed again and again, and what one system has is compared with what the other has. */
public final class OutboxAndDualWrite implements Experiment {
    private static final int KILLS = 4;
    private static final int LEAST_MS = 200;
    private static final int MOST_MS = 1_000;
    private static final Duration CAUGHT_UP = Duration.ofSeconds(60);

    @Override
    public Description description() {
        return new Description("outbox-and-dual-write", "Two systems that must agree: outbox and dual write",
                "Orders are written to PostgreSQL and told to Kafka by a process that is killed %d times. With the outbox, Kafka has a message of every committed order and of no other; what it has twice is shipped once."
                        .formatted(KILLS),
                "The same process without an outbox. If it commits and then sends, committed orders must be missing in Kafka; if it sends and then commits, Kafka must have orders that do not exist. And a consumer that ships on every message must ship some orders twice.",
                List.of(new Source("Richardson, Pattern: Transactional outbox",
                        "https://microservices.io/patterns/data/transactional-outbox.html"), new Source(
                                "Kleppmann, Beresford, Svingen, Online Event Processing, 2019",
                                "https://doi.org/10.1145/3317287.3321612"), new Source(
                                        "PostgreSQL, pg_logical_emit_message",
                                        "https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-REPLICATION")),
                List.of("experiments/src/main/java/dev/faultline/experiments/messaging/Way.java",
                        "libs/messaging/src/main/java/dev/faultline/messaging/Outbox.java",
                        "libs/messaging/src/main/java/dev/faultline/messaging/OutboxRelay.java",
                        "docs/decisions/0001-outbox-in-the-write-ahead-log.md"),
                List.of("append to the outbox after the commit, in a transaction of its own, in Way.java: it loses messages like any dual write",
                        "OrderWriter.CONNECTIONS = 1: a kill hits the gap less often, and a test of a few kills finds nothing"));
    }

    @Override
    public void run(Lab lab) {
        TemporaryPostgres.run(lab.directory(), 1, lab.progress(), databases -> {
            FixedShards.create(databases);
            try (var brokers = new KafkaBrokers(lab.directory(), 1, 1, lab.progress())) {
                brokers.create(1, Arrays.stream(Way.values()).map(Way::topic).toArray(String[]::new));
                compare(lab, databases, brokers);
            }
            return true;
        });
    }

    private static void compare(Lab lab, ShardDatabases databases, KafkaBrokers brokers) {
        ShardDatabase shard = databases.all().getFirst();
        var database = new OutboxDatabase("shard-1", shard.jdbcUrl(), shard.user(), shard.password());
        var orders = new PlacedOrders(database);
        var groups = new ArrayList<Group>();
        for (Way way : Way.values()) {
            lab.step("%s: a process with %d connections, killed %d times".formatted(way.title(),
                    OrderWriter.CONNECTIONS, KILLS));
            kill(way, database, brokers.bootstrapServers());
            long shipped = way == Way.OUTBOX ? ship(orders, database, brokers.bootstrapServers()) : 0;
            Agreement agreement = Agreement.of(orders.placed(way), brokers.read(way.topic()).stream().map(
                    message -> String.valueOf(message.key())).toList());
            lab.observe(way.title(), agreement.sentence());
            groups.add(group(way, agreement));
            judge(lab, way, agreement, shipped);
        }
        lab.picture("What PostgreSQL and Kafka disagree about, after %d kills".formatted(KILLS),
                "Counted when nothing was in flight any more.", BarChart.svg(groups));
    }

    private static Group group(Way way, Agreement agreement) {
        return new Group(way.title(), List.of(bar("orders without a message", agreement.lost()), bar(
                "messages without an order", agreement.invented())));
    }

    private static BarChart.Bar bar(String label, int value) {
        return new BarChart.Bar(label, value, "" + value, "var(--bad)");
    }

    private static void judge(Lab lab, Way way, Agreement agreement, long shipped) {
        switch (way) {
            case COMMIT_THEN_SEND -> lab.control("%s: %d committed orders have no message".formatted(way.title(),
                    agreement.lost()), agreement.lost() > 0);
            case SEND_THEN_COMMIT -> lab.control("%s: %d messages are of orders that do not exist".formatted(way
                    .title(), agreement.invented()), agreement.invented() > 0);
            case OUTBOX -> {
                lab.claim("%s: each of %d committed orders has its message".formatted(way.title(), agreement
                        .orders()), agreement.orders() > 0 && agreement.lost() == 0);
                lab.claim("%s: each message is of a committed order".formatted(way.title()), agreement
                        .invented() == 0);
                lab.claim("%d orders were shipped".formatted(shipped), shipped == agreement.orders());
                lab.control("a consumer that ships on every message would have shipped %d times more".formatted(
                        agreement.repeated()), agreement.repeated() > 0);
            }
        }
    }

    /** At moments that nobody chose. */
    private static void kill(Way way, OutboxDatabase database, String bootstrapServers) {
        for (int life = 1; life <= KILLS; life++) {
            try (var _ = OrderWriter.start(way, "" + life, database, bootstrapServers)) {
                Polling.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextInt(LEAST_MS, MOST_MS)));
            }
        }
    }

    /**
     * Relays what the last process has left, as its successor would, and ships what arrives.
     *
     * @return how many orders were shipped, when it is all of them or when a minute has passed
     */
    private static long ship(PlacedOrders orders, OutboxDatabase database, String bootstrapServers) {
        try (var messaging = new StandaloneMessaging(Map.of("bootstrap.servers", bootstrapServers))) {
            var relays = messaging.relays(List.of(database));
            var consumer = messaging.consumers().container(Way.OUTBOX.topic(), "shipping", OrderEvent.class,
                    batch -> orders.ship(batch.stream().map(message -> switch (message.payload()) {
                        case OrderEvent.OrderPlaced(String order) -> order;
                    }).toList()));
            relays.start();
            consumer.start();
            try {
                long expected = orders.placed(Way.OUTBOX).size();
                Polling.until(CAUGHT_UP, () -> orders.shipped() >= expected);
            } finally {
                consumer.stop();
                relays.stop();
            }
        }
        return orders.shipped();
    }
}
