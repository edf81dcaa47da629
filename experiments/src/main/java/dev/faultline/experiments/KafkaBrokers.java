package dev.faultline.experiments;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.KafkaBroker;
import dev.faultline.backing.KafkaCluster;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeMetadataQuorumOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Kafka brokers that exist for one experiment, of which the first are also controllers. */
public final class KafkaBrokers implements AutoCloseable {
    private static final int PARTITION = 0;
    private static final Duration AT_MOST = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(500);

    private final TemporaryServers running;
    private final List<KafkaBroker> all;
    private final Admin admin;

    /**
     * Starts them.
     *
     * @param parent      of the temporary directory
     * @param controllers how many of them are
     */
    public KafkaBrokers(Path parent, int count, int controllers, Progress progress) {
        this.running = new TemporaryServers(parent, progress);
        List<Integer> ports = FreePorts.take(count + controllers);
        var cluster = new KafkaCluster(ports.subList(count, ports.size()), ports.subList(0, count));
        this.all = cluster.brokers(running::directory, KafkaAotCache.of(CacheDirectory.ofThisUser()));
        try {
            running.start(all);
            this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
    }

    public String bootstrapServers() {
        return all.stream().map(KafkaBroker::bootstrapServers).collect(Collectors.joining(","));
    }

    /** @param id from 1 */
    public ChildProcess process(int id) {
        return running.process(all.get(id - 1));
    }

    /** Returns when they answer. */
    public void start(List<Integer> ids) {
        running.startPrepared(ids.stream().map(id -> all.get(id - 1)).toList());
    }

    /** Creates topics with one copy of each partition. */
    public void create(int partitions, String... topics) {
        get(admin.createTopics(Stream.of(topics).map(topic -> new NewTopic(topic, partitions, (short) 1)).toList())
                .all());
    }

    /**
     * Creates a topic of one partition.
     *
     * @param replicas ids of brokers; the first leads while it can
     * @param settings of the topic
     */
    public void create(String topic, List<Integer> replicas, Map<String, String> settings) {
        get(admin.createTopics(List.of(new NewTopic(topic, Map.of(PARTITION, replicas)).configs(settings))).all());
        await(topic + " has no leader", () -> inSync(topic).size() == replicas.size());
    }

    /**
     * The broker that is the active controller; 0 if none answers within this time, or it is being elected.
     *
     * @throws FaultlineException if Kafka refuses for another reason
     */
    public int activeController(Duration within) {
        try {
            return admin.describeMetadataQuorum(new DescribeMetadataQuorumOptions().timeoutMs((int) within.toMillis()))
                    .quorumInfo().get().leaderId();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException) {
                return 0;
            }
            throw new FaultlineException("Kafka refused: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    /**
     * Has the active controller record a topic that nobody uses.
     *
     * @throws FaultlineException if it is not acknowledged within this time
     */
    public void record(String topic, int replica, Duration within) {
        try {
            admin.createTopics(List.of(new NewTopic(topic, Map.of(PARTITION, List.of(replica)))),
                    new CreateTopicsOptions().timeoutMs((int) within.toMillis())).all().get();
        } catch (ExecutionException e) {
            throw new FaultlineException(e.getCause() instanceof TimeoutException
                    ? "Kafka did not acknowledge it within "
                            + within.toSeconds() + " s" : "Kafka refused: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    /** Those that are known. */
    public Set<String> topics() {
        return get(admin.listTopics().names());
    }

    /** 0 if there is none. */
    public int leader(String topic) {
        Node leader = partition(topic).leader();
        return leader == null || leader.isEmpty() ? 0 : leader.id();
    }

    public Set<Integer> inSync(String topic) {
        return partition(topic).isr().stream().map(Node::id).collect(Collectors.toSet());
    }

    private TopicPartitionInfo partition(String topic) {
        return Objects.requireNonNull(get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic)).partitions()
                .get(PARTITION);
    }

    /** @see #producer(String, String, boolean) */
    public Producer<String, String> producer(String acks, boolean retries) {
        return producer(bootstrapServers(), acks, retries);
    }

    /**
     * A producer for another process.
     *
     * @param acks    {@code all} or {@code 1}
     * @param retries until twenty seconds have passed
     */
    public static Producer<String, String> producer(String bootstrapServers, String acks, boolean retries) {
        return new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", acks, "enable.idempotence",
                false, "retries", retries ? Integer.MAX_VALUE : 0, "request.timeout.ms", 10_000, "delivery.timeout.ms",
                20_000, "max.block.ms", 20_000), new StringSerializer(), new StringSerializer());
    }

    /** @throws FaultlineException if it is not acknowledged */
    public static void send(Producer<String, String> producer, String topic, @Nullable String key, String value) {
        try {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new FaultlineException(cause.getClass().getSimpleName() + ": " + cause.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    /** Everything that a consumer finds in a topic. */
    public List<ConsumerRecord<String, String>> read(String topic) {
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrapServers()),
                new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(
                    partition -> new TopicPartition(topic, partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<String, String>>();
            await("not everything could be read from " + topic, () -> {
                consumer.poll(POLL).forEach(records::add);
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
            return records;
        } catch (KafkaException e) {
            throw new FaultlineException("Kafka failed: " + e.getMessage(), e);
        }
    }

    /** @throws FaultlineException if it is not met within a minute */
    public static void await(String otherwise, BooleanSupplier condition) {
        if (!Polling.until(AT_MOST, condition)) {
            throw new FaultlineException("After " + AT_MOST.toSeconds() + " s " + otherwise + ".");
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new FaultlineException("Kafka refused: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        running.close();
    }
}
