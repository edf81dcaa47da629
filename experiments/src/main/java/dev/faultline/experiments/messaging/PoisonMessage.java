package dev.faultline.experiments.messaging;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.Polling;
import dev.faultline.deadletters.DeadLetter;
import dev.faultline.deadletters.DeadLetters;
import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.messaging.ArrivalChart.Line;
import dev.faultline.experiments.messaging.ArrivalChart.Mark;
import dev.faultline.messaging.MessageConsumers;
import dev.faultline.messaging.MessageHandler;
import dev.faultline.messaging.MessageTopics;
import dev.faultline.messaging.OutboxDatabase;
import dev.faultline.messaging.StandaloneMessaging;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/** A message that cannot be processed before a table is changed, and what becomes of those behind it. */
public final class PoisonMessage implements Experiment {
    private static final String PROTECTED = "with dead letters";
    private static final String CONTROL = "retries forever";
    private static final int PER_SECOND = 20;
    private static final Duration LENGTH = Duration.ofSeconds(8);
    private static final int POISON = 40;
    private static final String ADDRESS = "1 High Street";
    private static final String TOO_LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch";
    private static final Duration AT_MOST = Duration.ofSeconds(30);

    @Override
    public Description description() {
        return new Description("poison-message", "Poison messages and dead letters",
                "A message that makes its consumer fail is set aside after four deliveries, with the reason. Those behind it in its partition are processed. When the cause is removed, it is replayed and processed too.",
                "A consumer of the same partition that retries it for as long as it fails: until the cause is removed, it must process nothing that is behind it.",
                List.of(new Source("Hohpe, Woolf, Enterprise Integration Patterns: Dead Letter Channel, 2003",
                        "https://www.enterpriseintegrationpatterns.com/patterns/messaging/DeadLetterChannel.html"),
                        new Source("Spring for Apache Kafka, Handling Exceptions",
                                "https://docs.spring.io/spring-kafka/reference/kafka/annotation-error-handling.html")),
                List.of("libs/messaging/src/main/java/dev/faultline/messaging/MessageConsumers.java",
                        "libs/messaging/src/main/java/dev/faultline/messaging/Failure.java",
                        "libs/dead-letters/src/main/java/dev/faultline/deadletters/DeadLetters.java",
                        "experiments/src/main/java/dev/faultline/experiments/messaging/Parcels.java"),
                List.of("./faultline dead-letters list, and replay, on the platform",
                        "replay before the repair, in PoisonMessage.java: it becomes a dead letter once more, and the claim about the replay does not hold"));
    }

    @Override
    public void run(Lab lab) {
        TemporaryPostgres.run(lab.directory(), 1, lab.progress(), databases -> {
            FixedShards.create(databases);
            ShardDatabase shard = databases.all().getFirst();
            var database = new OutboxDatabase("shard-1", shard.jdbcUrl(), shard.user(), shard.password());
            try (var brokers = new KafkaBrokers(lab.directory(), 1, 1, lab.progress())) {
                brokers.create(1, Parcels.TOPIC, MessageTopics.deadLetterTopic(Parcels.TOPIC));
                consume(lab, database, brokers);
            }
            return true;
        });
    }

    private static void consume(Lab lab, OutboxDatabase database, KafkaBrokers brokers) {
        var parcels = new Parcels(database);
        Map<String, String> connection = Map.of("bootstrap.servers", brokers.bootstrapServers());
        try (var messaging = new StandaloneMessaging(connection)) {
            var relays = messaging.relays(List.of(database));
            var consumer = container(messaging.consumers(), PROTECTED, batch -> parcels.store(PROTECTED, batch));
            var control = container(messaging.consumers(), CONTROL, batch -> parcels.storeOrRetry(CONTROL, batch));
            relays.start();
            consumer.start();
            control.start();
            try {
                poison(lab, parcels, brokers, new DeadLetters(connection));
            } finally {
                control.stop();
                consumer.stop();
                relays.stop();
            }
        }
    }

    private static ConcurrentMessageListenerContainer<String, byte[]> container(MessageConsumers consumers,
            String name, MessageHandler<Parcels.Event> handler) {
        return consumers.container(Parcels.TOPIC, name.replace(' ', '-'), Parcels.Event.class, handler);
    }

    private static void poison(Lab lab, Parcels parcels, KafkaBrokers brokers, DeadLetters deadLetters) {
        long began = System.currentTimeMillis();
        int count = Math.toIntExact(PER_SECOND * LENGTH.toSeconds());
        lab.step("%d messages to one partition, of which number %d cannot be processed".formatted(count, POISON));
        Traffic.start(PER_SECOND, LENGTH, number -> parcels.send("order-" + number, number == POISON ? TOO_LONG
                : ADDRESS)).await();
        boolean wentOn = Polling.until(AT_MOST, () -> parcels.stored(PROTECTED) == count - 1);
        int behind = parcels.stored(CONTROL);
        List<DeadLetter> letters = deadLetters.all();
        // Many are sent at the same time, so it is the partition that says which are behind it.
        int before = brokers.read(Parcels.TOPIC).stream().map(ConsumerRecord::key).toList().indexOf("order-" + POISON);
        lab.observe(PROTECTED + ", processed before the repair", "%d of %d".formatted(parcels.stored(PROTECTED),
                count));
        lab.observe(CONTROL + ", processed before the repair", "%d of %d".formatted(behind, count));
        letters.forEach(letter -> lab.observe("dead letter of " + letter.key(), letter.reason()));

        lab.step("the table is changed, and the dead letter replayed");
        double repaired = System.currentTimeMillis() - began;
        parcels.repair();
        deadLetters.replay(letters, false, _ -> {});
        boolean isComplete = Polling.until(AT_MOST, () -> parcels.stored(PROTECTED) == count);
        boolean controlWentOn = Polling.until(AT_MOST, () -> parcels.stored(CONTROL) == count);
        List<Double> ofConsumer = parcels.arrivals(PROTECTED, began);
        List<Double> ofControl = parcels.arrivals(CONTROL, began);
        lab.observe(PROTECTED + ", stood still for", seconds(longestGap(ofConsumer.subList(0, Math.min(count - 1,
                ofConsumer.size())))));
        lab.observe(CONTROL + ", stood still for", seconds(longestGap(ofControl)));
        lab.picture("Messages of one partition that were processed",
                "Two consumers of the same messages. One sets aside what it cannot process, the other tries it again and again.",
                ArrivalChart.svg(List.of(new Line(PROTECTED, ofConsumer, "var(--blue)"), new Line(CONTROL, ofControl,
                        "var(--bad)")), List.of(new Mark("sent", POISON * 1_000.0 / PER_SECOND), new Mark("repaired",
                                repaired))));
        lab.claim("the %d messages behind it were processed".formatted(count - before - 1), wentOn);
        lab.claim("it became one dead letter, with the reason", letters.size() == 1 && letters.getFirst().key().equals(
                "order-" + POISON) && letters.getFirst().reason().contains("too long"));
        lab.claim("after the repair it was replayed and processed", isComplete && deadLetters.all().stream().allMatch(
                DeadLetter::isReplayed));
        lab.control(
                "a consumer that retries it processed at most the %d before it until the repair, and all afterwards"
                        .formatted(before),
                behind <= before && controlWentOn);
    }

    private static double longestGap(List<Double> arrivals) {
        double longest = 0;
        for (int i = 1; i < arrivals.size(); i++) {
            longest = Math.max(longest, arrivals.get(i) - arrivals.get(i - 1));
        }
        return longest;
    }

    private static String seconds(double ms) {
        return "%.1f s".formatted(ms / 1e3);
    }
}
