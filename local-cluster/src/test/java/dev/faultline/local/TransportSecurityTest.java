package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import dev.faultline.acl.ConsulPolicies;
import dev.faultline.acl.KafkaAcls;
import dev.faultline.acl.ServiceRights;
import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.PostgresTls;
import dev.faultline.backing.Readiness;
import dev.faultline.backing.Replication;
import dev.faultline.backing.TlsIdentity;
import dev.faultline.backing.TlsTrust;
import dev.faultline.local.CertificateAuthority.Purpose;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The servers of a secured cluster, without its services: what each service's credentials can do is tried, and the rest too. */
@Tag("integration")
class TransportSecurityTest {
    private static final Duration START = Duration.ofMinutes(1);
    private static final String REPLIES = "checkout.replies";
    private static final String TO_INVENTORY = "inventory.commands";
    private static final String TO_PAYMENT = "payment.commands";
    private static final List<String> TOPICS = Stream.of(REPLIES, TO_INVENTORY, TO_PAYMENT).flatMap(topic -> Stream.of(
            topic, topic + ".dead-letters")).toList();
    /** What is true, not what {@link ServiceRights} says. */
    private static final Map<String, Set<String>> WRITES = Map.of(
            "order-service", Set.of(TO_INVENTORY, TO_PAYMENT, REPLIES + ".dead-letters"),
            "inventory-service", Set.of(REPLIES, TO_INVENTORY + ".dead-letters"),
            "payment-service", Set.of(REPLIES, TO_PAYMENT + ".dead-letters"));
    private static final Map<String, Set<String>> READS = Map.of("order-service", Set.of(REPLIES), "inventory-service",
            Set.of(TO_INVENTORY), "payment-service", Set.of(TO_PAYMENT));

    @TempDir static Path directory;
    private static final List<ChildProcess> RUNNING = new ArrayList<>();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Settings settings;
    private static Layout layout;

    @BeforeAll
    static void start() throws Exception {
        settings = Settings.create(Ports.free()).secured();
        var home = new Home(directory);
        home.open();
        var cache = CacheDirectory.ofThisUser();
        layout = new Layout(home, settings, cache, KafkaAotCache.of(cache), (_, _) -> {});
        layout.security().renew(layout);
        for (BackingService server : layout.backingServices()) {
            if (!server.name().equals("shard-2")) {
                RUNNING.add(ChildProcess.start(server, directory.resolve(server.name() + ".log"), START));
            }
        }
        layout.createDatabases(layout.shard("shard-1"));
        layout.security().grantRights(layout);
        try (Admin admin = Admin.create(new HashMap<>(layout.kafkaConnection()))) {
            admin.createTopics(TOPICS.stream().map(topic -> new NewTopic(topic, 1, (short) 1)).toList()).all().get();
        }
    }

    @AfterAll
    static void stop() {
        HTTP.close();
        RUNNING.reversed().forEach(ChildProcess::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "payment-service"})
    void aServiceWritesToItsTopicsAndToNoOther(String service) {
        var written = new TreeSet<String>();
        try (var producer = new KafkaProducer<>(kafka(service), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String topic : TOPICS) {
                try {
                    producer.send(new ProducerRecord<>(topic, new byte[1])).get();
                    written.add(topic);
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(TopicAuthorizationException.class);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
        assertThat(written).isEqualTo(new TreeSet<>(WRITES.get(service)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "payment-service"})
    void aServiceReadsItsTopicAsItsGroupAndNothingElse(String service) {
        var read = new TreeSet<String>();
        var options = new HashMap<>(kafka(service));
        options.put("group.id", service);
        for (String topic : TOPICS) {
            try (var consumer = new KafkaConsumer<>(options, new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                var partition = new TopicPartition(topic, 0);
                consumer.assign(List.of(partition));
                consumer.beginningOffsets(List.of(partition));
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
                consumer.seekToBeginning(List.of(partition));
                consumer.poll(Duration.ofMillis(500));
                read.add(topic);
            } catch (TopicAuthorizationException e) {
                // not its topic
            }
        }
        assertThat(read).isEqualTo(new TreeSet<>(READS.get(service)));
        options.put("group.id", service.equals("order-service") ? "payment-service" : "order-service");
        try (var consumer = new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(Objects.requireNonNull(READS.get(service)).iterator().next(),
                    0)));
            assertThatThrownBy(() -> consumer.committed(consumer.assignment())).isInstanceOf(
                    AuthorizationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "payment-service"})
    void aServiceChangesNeitherRulesNorTopics(String service) {
        try (Admin admin = Admin.create(kafka(service))) {
            refused(() -> admin.describeAcls(AclBindingFilter.ANY).values().get());
            refused(() -> admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get());
            refused(() -> admin.deleteTopics(List.of(REPLIES)).all().get());
            refused(() -> admin.createTopics(List.of(new NewTopic("another", 1, (short) 1))).all().get());
            refused(() -> admin.deleteConsumerGroups(List.of("payment-service", "order-service")).all().get());
        }
    }

    @Test
    void kafkaRefusesWhoHasNoPasswordOrAnothersAndWhoSpeaksPlain() {
        Map<String, Object> guessed = kafka("order-service");
        guessed.put("sasl.jaas.config", String.valueOf(guessed.get("sasl.jaas.config")).replace("order-service",
                "payment-service"));
        try (Admin admin = Admin.create(guessed)) {
            assertThatThrownBy(() -> admin.listTopics().names().get()).hasCauseInstanceOf(
                    SaslAuthenticationException.class);
        }
        int port = layout.kafka().getFirst().port();
        assertThat(Readiness.of("kafka://127.0.0.1:" + port).check()).isFalse();
        assertThat(layout.kafka().getFirst().readiness().check()).isTrue();
    }

    @Test
    void rulesOfNoServiceDisappearAtTheNextStart() throws Exception {
        var intruder = new ServiceRights("intruder", Set.of(REPLIES), Set.of(), "", Set.of());
        KafkaAcls.apply(layout.kafkaConnection(), Stream.concat(ServiceRights.ALL.stream(), Stream.of(intruder))
                .toList());
        try (Admin admin = Admin.create(new HashMap<>(layout.kafkaConnection()))) {
            assertThat(admin.describeAcls(AclBindingFilter.ANY).values().get()).anyMatch(rule -> rule.entry()
                    .principal()
                    .equals("User:intruder"));
            layout.security().grantRights(layout);
            assertThat(admin.describeAcls(AclBindingFilter.ANY).values().get()).isNotEmpty().noneMatch(rule -> rule
                    .entry().principal().equals("User:intruder"));
        }
    }

    @Test
    void aRoleConnectsWithItsPasswordAndItsCertificate() {
        assertThatCode(() -> connect("orders", parameters("orders"))).doesNotThrowAnyException();
    }

    @Test
    void postgresRefusesPlainConnections() {
        assertThatThrownBy(() -> connect("orders", "sslmode=disable")).hasMessageContaining("no encryption");
        assertThatThrownBy(() -> connect(PostgresServer.SUPERUSER, "sslmode=disable")).hasMessageContaining(
                "no encryption");
    }

    @Test
    void postgresRefusesARoleWithoutItsOwnCertificate() {
        String none = Stream.of(parameters("orders").split("&")).filter(each -> each.matches("ssl(mode|rootcert)=.*"))
                .collect(Collectors.joining("&"));
        assertThatThrownBy(() -> connect("orders", none)).isInstanceOf(SQLException.class).hasMessageContaining(
                "client certificate");
        for (String other : List.of("payments", PostgresServer.SUPERUSER, "order-service", "operator")) {
            assertThatThrownBy(() -> connect("orders", parameters(other))).as(other).isInstanceOf(SQLException.class)
                    .hasMessageContaining("authentication failed");
        }
    }

    @Test
    void postgresRefusesACertificateOfAnotherAuthorityAndIsNotBelievedByItsClients() {
        Path other = directory.resolve("another-authority");
        new CertificateAuthority(other, Clock.systemUTC()).renew("orders", Purpose.CLIENT);
        String foreign = PostgresTls.jdbcParameters(TlsIdentity.in(other, "orders"));
        assertThatThrownBy(() -> connect("orders", foreign)).isInstanceOf(SQLException.class);
        TlsIdentity mixed = TlsIdentity.in(other, "orders");
        assertThatThrownBy(() -> connect("orders", PostgresTls.jdbcParameters(new TlsIdentity(mixed.certificate(), mixed
                .key(), TlsIdentity.in(directory.resolve("tls"), "orders").authority())))).isInstanceOf(
                        SQLException.class);
    }

    /** The primary admits nobody without TLS, so what is streamed is encrypted. */
    @Test
    void aStandbyFollowsItsPrimaryWithTheSuperusersCertificate() throws Exception {
        var cache = CacheDirectory.ofThisUser();
        var replicated = new Layout(new Home(directory), settings.withStandbys(Replication.Mode.ASYNCHRONOUS), cache,
                KafkaAotCache.of(cache), (_, _) -> {});
        replicated.security().renew(replicated);
        PostgresServer primary = replicated.shard("shard-2").servers().getFirst();
        PostgresServer standby = replicated.shard("shard-2").servers().getLast();
        RUNNING.add(ChildProcess.start(primary, directory.resolve("primary.log"), START));
        standby.prepareAsStandbyOf(primary);
        RUNNING.add(ChildProcess.start(standby.name(), standby.launch(), standby.readiness(), directory.resolve(
                "standby.log"), START));

        await().atMost(START).until(() -> primary.replicationState().isStreaming());

        try (var connection = primary.connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "select client_dn from pg_stat_ssl join pg_stat_replication using (pid)"
                                + " where ssl")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("/CN=" + PostgresServer.SUPERUSER);
        }
    }

    /** On the port for Raft and RPC, whose first byte says what follows. */
    @ParameterizedTest
    @CsvSource({"RPC, 0", "Raft, 1"})
    void aConsulServerListensToNobodyInPlainText(String protocol, int first) throws Exception {
        try (var server = new Socket(InetAddress.getLoopbackAddress(), settings.ports().consul().getFirst().server())) {
            server.setSoTimeout(10_000);
            server.getOutputStream().write(first);
            assertThat(server.getInputStream().read()).as(protocol + " is over").isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConsulServerListensInTlsToWhoHasACertificate(boolean has) throws Exception {
        SSLContext operator = layout.security().operator().orElseThrow();
        SSLContext authorityOnly = TlsTrust.context(layout.security().authority().orElseThrow());
        try (var server = new Socket(InetAddress.getLoopbackAddress(), settings.ports().consul().getFirst().server())) {
            server.setSoTimeout(5_000);
            server.getOutputStream().write(3);
            try (var tls = (SSLSocket) (has ? operator : authorityOnly).getSocketFactory().createSocket(server,
                    "127.0.0.1",
                    server.getPort(), true)) {
                assertThatThrownBy(() -> {
                    tls.getOutputStream().write(0);
                    tls.getInputStream().read();
                }).isInstanceOf(has ? SocketTimeoutException.class : IOException.class).satisfies(end -> assertThat(
                        end instanceof SocketTimeoutException).as("it waits for the rest").isEqualTo(has));
            }
        }
    }

    @Test
    void consulTellsNothingWithoutAToken() throws Exception {
        assertThat(put("", "kv/faultline/orders/shard-map", "x")).isEqualTo(403);
        assertThat(put("", "agent/service/register", "{\"Name\": \"order-service\"}")).isEqualTo(403);
        assertThat(put("", "session/create", "{}")).isEqualTo(403);
        put(layout.security().consulOperator(), "kv/faultline/orders/seen", "x");
        assertThat(get("", "kv/faultline/orders/seen").statusCode()).isNotEqualTo(200);
        assertThat(get("", "catalog/services").body().strip()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "payment-service", "gateway-service",
        "identity-service", "acquirer-simulator"})
    void aServiceRegistersAsItselfAndAsNoOther(String service) throws Exception {
        for (ServiceRights other : ServiceRights.ALL) {
            String name = other.application();
            assertThat(put(token(service), "agent/service/register", "{\"Name\": \"" + name + "\", \"ID\": \"" + service
                    + "-as-" + name + "\"}")).as(name).isEqualTo(name.equals(service) ? 200 : 403);
        }
        put(layout.security().consulOperator(), "agent/service/register", "{\"Name\": \"victim\"}");
        assertThat(put(token(service), "agent/service/deregister/victim", "")).isEqualTo(403);
        assertThat(put(token(service), "agent/service/deregister/" + service + "-as-" + service, "")).isEqualTo(200);
    }

    /** In containers, Patroni keeps its state there, and the services' agent is no server. */
    @Test
    void patroniAndAnAgentDoWhatTheyHaveToAndNothingElse() throws Exception {
        var patroni = UUID.randomUUID().toString();
        var agent = UUID.randomUUID().toString();
        try (var http = HttpClient.newHttpClient()) {
            var policies = new ConsulPolicies(layout.consulUrl(), layout.consulNames(), layout.security()
                    .consulOperator(), http);
            policies.applyToPatroni(patroni);
            policies.applyToAgent("consul-agent", agent);
        }
        assertThat(put(patroni, "kv/service/shard-1/leader", "x")).isEqualTo(200);
        assertThat(put(patroni, "session/create", "{}")).isEqualTo(200);
        assertThat(get(patroni, "agent/self").statusCode()).isEqualTo(200);
        assertThat(put(patroni, "kv/faultline/orders/shard-map", "x")).isEqualTo(403);
        assertThat(put(patroni, "agent/service/register", "{\"Name\": \"order-service\"}")).isEqualTo(403);
        assertThat(put(agent, "catalog/register", "{\"Node\": \"consul-agent\", \"Address\": \"127.0.0.1\"}"))
                .isEqualTo(200);
        assertThat(put(agent, "catalog/register", "{\"Node\": \"another\", \"Address\": \"127.0.0.1\"}"))
                .isEqualTo(403);
        assertThat(put(agent, "kv/service/shard-1/leader", "x")).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-service", "inventory-service", "payment-service", "gateway-service",
        "identity-service", "acquirer-simulator"})
    void aServiceChangesItsOwnKeysAndNoOther(String service) throws Exception {
        for (String key : List.of("faultline/orders/shard-map", "faultline/inventory/shard-map",
                "faultline/payments/shard-map", "faultline/shards/shard-1/promotion/leader", "other")) {
            boolean own = key.startsWith("faultline/" + Map.of("order-service", "orders", "inventory-service",
                    "inventory", "payment-service", "payments").getOrDefault(service, "none") + "/");
            assertThat(put(token(service), "kv/" + key, "x")).as(key).isEqualTo(own ? 200 : 403);
            put(layout.security().consulOperator(), "kv/" + key, "x");
            assertThat(get(token(service), "kv/" + key).statusCode() == 200).as(key).isEqualTo(own);
        }
        assertThat(put(token(service), "acl/policy", "{\"Name\": \"mine\", \"Rules\": \"acl = \\\"write\\\"\"}"))
                .isEqualTo(403);
        assertThat(get(token(service), "acl/tokens").statusCode()).isEqualTo(403);
        boolean elects = service.matches("(order|inventory|payment)-service");
        assertThat(put(token(service), "session/create", "{\"TTL\": \"10s\"}")).isEqualTo(elects ? 200 : 403);
    }

    @Test
    void onlyTheGatewayFindsTheServices() throws Exception {
        for (String service : List.of("order-service", "acquirer-simulator")) {
            put(layout.security().consulOperator(), "agent/service/register", "{\"Name\": \"" + service + "\"}");
        }
        assertThat(get(token("gateway-service"), "health/service/order-service").body()).contains("order-service");
        assertThat(get(token("payment-service"), "health/service/order-service").body().strip()).isEqualTo("[]");
        assertThat(get(token("gateway-service"), "health/service/acquirer-simulator").body().strip()).isEqualTo("[]");
    }

    private static Map<String, Object> kafka(String service) {
        var options = new HashMap<String, Object>();
        layout.service(service + "-1").environment().forEach((variable, value) -> {
            if (variable.startsWith("SPRING_KAFKA_PROPERTIES_")) {
                options.put(variable.substring("SPRING_KAFKA_PROPERTIES_".length()).toLowerCase(Locale.ROOT)
                        .replace('_', '.'), value);
            }
        });
        options.put("bootstrap.servers", "127.0.0.1:" + layout.kafka().getFirst().port());
        return options;
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void refused(Attempt attempt) {
        assertThatThrownBy(attempt::run).hasCauseInstanceOf(AuthorizationException.class);
    }

    private static String parameters(String identity) {
        return PostgresTls.jdbcParameters(TlsIdentity.in(directory.resolve("tls"), identity));
    }

    private static void connect(String role, String parameters) throws SQLException {
        boolean superuser = role.equals(PostgresServer.SUPERUSER);
        DriverManager.getConnection("jdbc:postgresql://" + layout.shard("shard-1").addresses() + "/" + (superuser
                ? "postgres" : role) + "?" + parameters, role, superuser ? settings.superuserPassword()
                        : settings.passwordOf(role)).close();
    }

    private static String token(String service) {
        return layout.service(service + "-1").environment().getOrDefault("SPRING_CLOUD_CONSUL_DISCOVERY_ACLTOKEN", "");
    }

    private static int put(String token, String path, String body) throws IOException, InterruptedException {
        return HTTP.send(request(token, path).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString())
                .statusCode();
    }

    private static HttpResponse<String> get(String token, String path) throws IOException,
            InterruptedException {
        return HTTP.send(request(token, path).GET().build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String token, String path) {
        var request = HttpRequest.newBuilder(URI.create(layout.consulUrl() + "/v1/" + path));
        return token.isEmpty() ? request : request.header("X-Consul-Token", token);
    }
}
