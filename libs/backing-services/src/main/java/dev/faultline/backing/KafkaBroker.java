package dev.faultline.backing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker on loopback (KRaft), run from the class path of this JVM: a single one, which is also its own controller, or
 * one of several.
 *
 * <p>
 * Sized for a laptop: a heap of 128 MB, one network and two I/O threads. Does not create topics automatically. An
 * acknowledged record survives a kill of the broker, but not a power failure, because Kafka does not fsync.
 */
public final class KafkaBroker implements BackingService {
    private final String name;
    private final Path directory;
    private final int id;
    private final KafkaCluster cluster;
    private final Supplier<List<String>> jvmOptions;
    private final @Nullable KafkaSecurity security;

    /** @param directory for data and configuration; created if it does not exist */
    public KafkaBroker(String name, Path directory, int port, int controllerPort) {
        this(name, directory, 1, new KafkaCluster(List.of(controllerPort), List.of(port)), List::of, null);
    }

    /** @param aotCache used if it exists at the time of the launch */
    public KafkaBroker(String name, Path directory, int port, int controllerPort, KafkaAotCache aotCache) {
        this(name, directory, 1, new KafkaCluster(List.of(controllerPort), List.of(port)), aotCache);
    }

    /**
     * One of several.
     *
     * @param id from 1
     */
    public KafkaBroker(String name, Path directory, int id, KafkaCluster cluster, KafkaAotCache aotCache) {
        this(name, directory, id, cluster, aotCache::options, null);
    }

    private KafkaBroker(String name, Path directory, int id, KafkaCluster cluster, Supplier<List<String>> jvmOptions,
            @Nullable KafkaSecurity security) {
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.id = id;
        this.cluster = cluster;
        this.jvmOptions = jvmOptions;
        this.security = security;
    }

    /** The same broker, from its next {@link #prepare} on with TLS, users and access rules. */
    public KafkaBroker securedBy(KafkaSecurity how) {
        return new KafkaBroker(name, directory, id, cluster, jvmOptions, how);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return cluster.ports().get(id - 1);
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port();
    }

    @Override
    public void prepare() {
        try {
            Files.createDirectories(log());
            OwnersFile.write(properties(), """
                    process.roles=%4$s
                    node.id=%5$d
                    controller.quorum.voters=%1$s
                    listeners=%6$s
                    advertised.listeners=BROKER://127.0.0.1:%2$d
                    inter.broker.listener.name=BROKER
                    controller.listener.names=CONTROLLER
                    log.dirs=%3$s
                    auto.create.topics.enable=false
                    group.initial.rebalance.delay.ms=0
                    default.replication.factor=%7$d
                    min.insync.replicas=%8$d
                    offsets.topic.replication.factor=%7$d
                    offsets.topic.num.partitions=8
                    transaction.state.log.replication.factor=%7$d
                    transaction.state.log.min.isr=%8$d
                    transaction.state.log.num.partitions=8
                    share.coordinator.state.topic.replication.factor=%7$d
                    share.coordinator.state.topic.min.isr=%8$d
                    num.network.threads=1
                    num.io.threads=2
                    background.threads=2
                    num.recovery.threads.per.data.dir=2
                    log.cleaner.dedupe.buffer.size=4194304
                    """.formatted(cluster.voters(), port(), log(), isController() ? "broker,controller"
                    : "broker", id, listeners(), cluster.replicationFactor(), cluster.leastInSync())
                    + protocols());
            Files.writeString(logging(), """
                    <configuration>
                      <appender name="stdout" class="ch.qos.logback.core.ConsoleAppender">
                        <encoder><pattern>%d{"yyyy-MM-dd'T'HH:mm:ss.SSSXXX"} %-5level %logger{0} %msg%n</pattern></encoder>
                      </appender>
                      <logger name="kafka.server.KafkaRaftServer" level="INFO"/>
                      <root level="WARN"><appender-ref ref="stdout"/></root>
                    </configuration>
                    """);
            format();
        } catch (IOException e) {
            throw new FaultlineException(name + ": cannot prepare the directory " + directory + ": "
                    + e.getMessage(), e);
        }
    }

    private String protocols() throws IOException {
        if (security == null) {
            return "listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT\n";
        }
        Path keystore = directory.resolve("identity.pem");
        OwnersFile.write(keystore, Files.readString(security.identity().key()) + Files.readString(security.identity()
                .certificate()));
        return security.properties(keystore.toString());
    }

    private boolean isController() {
        return cluster.isController(id);
    }

    private String listeners() {
        String broker = "BROKER://127.0.0.1:" + port();
        return isController() ? broker + ",CONTROLLER://127.0.0.1:" + cluster.controllerPorts().get(id - 1) : broker;
    }

    /** Formats the log directory, once. */
    private void format() throws IOException {
        if (Files.exists(log().resolve("meta.properties"))) {
            return;
        }
        var command = new ArrayList<>(java(List.of()));
        command.addAll(List.of("kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", cluster.id(),
                "--config", properties().toString()));
        ExternalProgram.Outcome outcome = ExternalProgram.run(command);
        if (!outcome.succeeded()) {
            throw new IOException("kafka-storage format failed: " + outcome.output());
        }
    }

    @Override
    public Launch launch() {
        var command = new ArrayList<>(java(jvmOptions.get()));
        command.addAll(List.of("kafka.Kafka", properties().toString()));
        // One of several would wait for minutes for a controller that is gone; the others have what it has.
        return new Launch(command, Map.of(), directory, cluster.ports().size() == 1 ? "TERM" : "KILL");
    }

    @Override
    public Readiness readiness() {
        return security == null ? Readiness.of("kafka://127.0.0.1:" + port())
                : Readiness.of("kafka+tls://127.0.0.1:" + port(), security.identity().authority());
    }

    private List<String> java(List<String> more) {
        var java = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable",
                "-Xlog:all=error:stderr", "-Dlogback.configurationFile=" + logging()));
        java.addAll(more);
        java.addAll(List.of("-cp", classPath()));
        return java;
    }

    private Path log() {
        return directory.resolve("log");
    }

    private Path properties() {
        return directory.resolve("server.properties");
    }

    private Path logging() {
        return directory.resolve("logback.xml");
    }

    /** Without this build's own output, which may change while the broker runs. */
    static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains("/target/"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
