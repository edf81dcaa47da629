package dev.faultline.backing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * One Kafka broker on loopback that is also its own controller (KRaft), run from the class path of this JVM.
 *
 * <p>
 * Sized for a laptop: a heap of 128 MB, one network and two I/O threads. Does not create topics automatically. An
 * acknowledged record survives a kill of the broker, but not a power failure, because Kafka does not fsync.
 */
public final class KafkaBroker implements BackingService {
    private final String name;
    private final Path directory;
    private final int port;
    private final int controllerPort;
    private final Supplier<List<String>> jvmOptions;
    private final @Nullable KafkaSecurity security;

    /** @param directory for data and configuration; created if it does not exist */
    public KafkaBroker(String name, Path directory, int port, int controllerPort) {
        this(name, directory, port, controllerPort, List::of, null);
    }

    /** @param aotCache used if it exists at the time of the launch */
    public KafkaBroker(String name, Path directory, int port, int controllerPort, KafkaAotCache aotCache) {
        this(name, directory, port, controllerPort, aotCache::options, null);
    }

    private KafkaBroker(String name, Path directory, int port, int controllerPort,
            Supplier<List<String>> jvmOptions, @Nullable KafkaSecurity security) {
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.port = port;
        this.controllerPort = controllerPort;
        this.jvmOptions = jvmOptions;
        this.security = security;
    }

    /** The same broker, from its next {@link #prepare} on with TLS, users and access rules. */
    public KafkaBroker securedBy(KafkaSecurity how) {
        return new KafkaBroker(name, directory, port, controllerPort, jvmOptions, how);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void prepare() {
        try {
            Files.createDirectories(log());
            OwnersFile.write(properties(), """
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.voters=1@127.0.0.1:%1$d
                    listeners=BROKER://127.0.0.1:%2$d,CONTROLLER://127.0.0.1:%1$d
                    advertised.listeners=BROKER://127.0.0.1:%2$d
                    inter.broker.listener.name=BROKER
                    controller.listener.names=CONTROLLER
                    log.dirs=%3$s
                    auto.create.topics.enable=false
                    group.initial.rebalance.delay.ms=0
                    offsets.topic.replication.factor=1
                    offsets.topic.num.partitions=8
                    transaction.state.log.replication.factor=1
                    transaction.state.log.min.isr=1
                    transaction.state.log.num.partitions=8
                    share.coordinator.state.topic.replication.factor=1
                    share.coordinator.state.topic.min.isr=1
                    num.network.threads=1
                    num.io.threads=2
                    background.threads=2
                    num.recovery.threads.per.data.dir=2
                    log.cleaner.dedupe.buffer.size=4194304
                    """.formatted(controllerPort, port, log()) + protocols());
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

    /** Formats the log directory, once. */
    private void format() throws IOException {
        if (Files.exists(log().resolve("meta.properties"))) {
            return;
        }
        var command = new ArrayList<>(java(List.of()));
        command.addAll(List.of("kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", randomId(),
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
        return new Launch(command, Map.of(), directory, "TERM");
    }

    @Override
    public Readiness readiness() {
        return security == null ? Readiness.of("kafka://127.0.0.1:" + port)
                : Readiness.of("kafka+tls://127.0.0.1:" + port, security.identity().authority());
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

    /** 128 bits in URL-safe base 64, as Kafka formats its ids. */
    private static String randomId() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        // An id that begins with a dash would be parsed as an option.
        return id.startsWith("-") ? randomId() : id;
    }
}
