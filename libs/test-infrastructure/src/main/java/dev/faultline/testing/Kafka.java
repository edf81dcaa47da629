package dev.faultline.testing;

import java.util.List;

import dev.faultline.backing.FreePorts;
import dev.faultline.backing.KafkaBroker;
import org.testcontainers.kafka.KafkaContainer;

/** A Kafka 4.2 broker without automatic topic creation, which runs until this JVM ends. */
public final class Kafka {
    private final String bootstrapServers;

    private Kafka(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    private static final class Shared {
        static final Kafka BROKER = Infrastructure.start("Kafka", Kafka::container, Kafka::process);
    }

    /** The broker that this JVM shares; the first call starts it. */
    public static Kafka shared() {
        return Shared.BROKER;
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    private static Kafka process() {
        KafkaBroker broker = Infrastructure.startProcess(directory -> {
            List<Integer> ports = FreePorts.take(2);
            return new KafkaBroker("kafka", directory, ports.get(0), ports.get(1));
        });
        return new Kafka(broker.bootstrapServers());
    }

    @SuppressWarnings("resource") // runs until the JVM ends
    private static Kafka container() {
        var container = new KafkaContainer("apache/kafka:4.2.1").withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        container.start();
        return new Kafka(container.getBootstrapServers());
    }
}
