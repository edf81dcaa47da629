package dev.faultline.experiments.messaging;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.ChildJvm;
import dev.faultline.experiments.ChildJvm.Parent;
import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.messaging.OutboxDatabase;
import dev.faultline.messaging.OutboxRelay;
import dev.faultline.messaging.OutboxRelays;
import dev.faultline.messaging.StandaloneMessaging;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A process that places orders on {@value #CONNECTIONS} connections at once, until it is killed. Like a service, it also relays
 * its outbox.
 */
final class OrderWriter {
    static final int CONNECTIONS = 32;
    /** The environment variable with the database's password. */
    private static final String PASSWORD = "FAULTLINE_EXPERIMENT_PASSWORD";

    private OrderWriter() {}

    /**
     * Returns when orders are being placed on all connections.
     *
     * @param life distinguishes its orders from those of the processes before it
     */
    static ChildJvm start(Way way, String life, OutboxDatabase database, String bootstrapServers) {
        ChildJvm child = ChildJvm.start("The writer", OrderWriter.class, List.of(way.name(), life, database.jdbcUrl(),
                database.user(), bootstrapServers), Map.of(PASSWORD, database.password()));
        try {
            child.hear();
            return child;
        } catch (RuntimeException e) {
            child.close();
            throw e;
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        Way way = Way.valueOf(arguments[0]);
        var database = new OutboxDatabase("shard-1", arguments[2], arguments[3], System.getenv(PASSWORD));
        if (way == Way.OUTBOX) {
            relay(database, arguments[4]);
        }
        Producer<String, String> producer = KafkaBrokers.producer(arguments[4], "all", true);
        var begun = new CountDownLatch(CONNECTIONS);
        for (int number = 0; number < CONNECTIONS; number++) {
            String prefix = way.topic() + "-" + arguments[1] + "-" + number + "-";
            Thread.ofPlatform().daemon().start(() -> placeForever(way, prefix, database, producer, begun));
        }
        begun.await();
        if (way == Way.OUTBOX) {
            awaitRelayed(way.topic(), arguments[4]);
        }
        Parent.say("placing");
        Parent.await();
    }

    /** Returns when this process reads the log: until then, it is that of the process before it. */
    private static void relay(OutboxDatabase database, String bootstrapServers) {
        OutboxRelays relays = new StandaloneMessaging(Map.of("bootstrap.servers", bootstrapServers)).relays(List.of(
                database));
        relays.start();
        KafkaBrokers.await("the relay is not active", () -> relays.all().stream().allMatch(OutboxRelay::isActive));
    }

    /** Returns when the relay has sent something since now: a kill before that would not interrupt it. */
    private static void awaitRelayed(String topic, String bootstrapServers) {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringDeserializer(), new StringDeserializer())) {
            long before = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            KafkaBrokers.await("nothing is relayed", () -> consumer.endOffsets(List.of(partition)).getOrDefault(
                    partition, 0L) > before);
        }
    }

    /** Ends the process if it cannot go on. */
    private static void placeForever(Way way, String prefix, OutboxDatabase database,
            Producer<String, String> producer, CountDownLatch begun) {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database
                .password())) {
            connection.setAutoCommit(false);
            for (long number = 0;; number++) {
                way.place(prefix + number, connection, producer);
                if (number == 0) {
                    begun.countDown();
                }
            }
        } catch (SQLException | FaultlineException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}
