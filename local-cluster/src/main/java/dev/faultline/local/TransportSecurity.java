package dev.faultline.local;

import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.net.ssl.SSLContext;

import dev.faultline.acl.ConsulPolicies;
import dev.faultline.acl.KafkaAcls;
import dev.faultline.acl.ServiceRights;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.ConsulSecurity;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaBroker;
import dev.faultline.backing.KafkaSecurity;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.PostgresTls;
import dev.faultline.backing.TlsIdentity;
import dev.faultline.backing.TlsTrust;
import dev.faultline.local.CertificateAuthority.Purpose;

/**
 * The one place that says how the nodes of a cluster, and the commands, prove to one another who they are: what each of them
 * is given for that, which is nothing unless the cluster is secured.
 */
sealed interface TransportSecurity {

    static TransportSecurity of(Home home, Settings settings) {
        return settings.secret() == null ? new Plain() : new Secured(home.certificates(), settings.secret());
    }

    /** Makes up what does not exist yet, and renews every certificate, which a node reads when it starts. */
    void renew(Layout layout);

    /** Has Kafka and Consul, which must be ready, permit the services what {@link ServiceRights} says. Idempotent. */
    void grantRights(Layout layout);

    ConsulAgent secured(ConsulAgent agent);

    KafkaBroker secured(KafkaBroker broker);

    PostgresServer secured(PostgresServer server);

    /** {@code http} or {@code https}, of the services' ports. */
    String scheme();

    /** The variables with which a service starts besides those of a plain cluster. */
    Map<String, String> environment(String application);

    /** The parameters of a role's connections to PostgreSQL, as in the query of a JDBC URL; empty for none. */
    String jdbcParameters(String role);

    /** For the commands' connections to services; empty if they are plain. */
    Optional<SSLContext> operator();

    /** The properties of Kafka's client for the operator. */
    Map<String, String> kafkaOperator(String bootstrapServers);

    /** The operator's token at Consul; empty if none is needed. */
    String consulOperator();

    /** The certificate of the authority; empty if there is none. */
    Optional<Path> authority();

    /** Everyone who reaches a port is believed, except by PostgreSQL, which wants a password. */
    record Plain() implements TransportSecurity {
        @Override
        public void renew(Layout layout) {
            // There is nothing.
        }

        @Override
        public void grantRights(Layout layout) {
            // Everything is permitted.
        }

        @Override
        public ConsulAgent secured(ConsulAgent agent) {
            return agent;
        }

        @Override
        public KafkaBroker secured(KafkaBroker broker) {
            return broker;
        }

        @Override
        public PostgresServer secured(PostgresServer server) {
            return server;
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public Map<String, String> environment(String application) {
            return Map.of();
        }

        @Override
        public String jdbcParameters(String role) {
            return "";
        }

        @Override
        public Optional<SSLContext> operator() {
            return Optional.empty();
        }

        @Override
        public Map<String, String> kafkaOperator(String bootstrapServers) {
            return Map.of("bootstrap.servers", bootstrapServers);
        }

        @Override
        public String consulOperator() {
            return "";
        }

        @Override
        public Optional<Path> authority() {
            return Optional.empty();
        }
    }

    /**
     * Every node has a certificate of the cluster's authority, and a password where it is the client of a node that wants one.
     *
     * @param directory of the certificates and keys
     * @param secret    from which all passwords and tokens are derived (RFC 5869), so that none has to be stored
     */
    record Secured(Path directory, String secret) implements TransportSecurity {
        private static final String OPERATOR = "operator";
        private static final int SECRET_BYTES = 16;
        private static final int GOSSIP_KEY_BYTES = 32;

        @Override
        public void renew(Layout layout) {
            var authority = new CertificateAuthority(directory, Clock.systemUTC());
            ServiceRights.ALL.forEach(service -> authority.renew(service.application(), Purpose.NODE));
            layout.kafka().forEach(broker -> authority.renew(broker.name(), Purpose.NODE));
            layout.consulNames().forEach(server -> authority.renew(server, Purpose.NODE));
            layout.shards().stream().flatMap(shard -> shard.servers().stream()).forEach(server -> authority.renew(server
                    .name(), Purpose.NODE));
            Settings.DATABASES.forEach(role -> authority.renew(role, Purpose.CLIENT));
            authority.renew(PostgresServer.SUPERUSER, Purpose.CLIENT);
            authority.renew(OPERATOR, Purpose.CLIENT);
        }

        @Override
        public void grantRights(Layout layout) {
            try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                KafkaAcls.apply(layout.kafkaConnection(), ServiceRights.ALL);
                var policies = new ConsulPolicies(layout.consulUrl(), layout.consulNames(), consulOperator(), http);
                ServiceRights.ALL.forEach(service -> policies.apply(service, consulToken(service.application())));
            } catch (FaultlineException e) {
                throw new FaultlineException(e.getMessage() + ". See ./faultline logs " + layout.kafka().getFirst()
                        .name() + " and ./faultline logs " + layout.consulNames().getFirst() + ".", e);
            }
        }

        @Override
        public ConsulAgent secured(ConsulAgent agent) {
            return agent.securedBy(new ConsulSecurity(identity(agent.name()), consulOperator(), Base64.getEncoder()
                    .encodeToString(derived("consul gossip", GOSSIP_KEY_BYTES))));
        }

        @Override
        public KafkaBroker secured(KafkaBroker broker) {
            var passwords = new HashMap<String, String>();
            List.of(OPERATOR, KafkaSecurity.BROKER).forEach(user -> passwords.put(user, kafkaPassword(user)));
            ServiceRights.ALL.stream().filter(ServiceRights::usesKafka).map(ServiceRights::application).forEach(
                    user -> passwords.put(user, kafkaPassword(user)));
            return broker.securedBy(new KafkaSecurity(identity(broker.name()), passwords, OPERATOR));
        }

        @Override
        public PostgresServer secured(PostgresServer server) {
            return server.securedBy(new PostgresTls(identity(server.name()), identity(PostgresServer.SUPERUSER)));
        }

        @Override
        public String scheme() {
            return "https";
        }

        @Override
        public Map<String, String> environment(String application) {
            TlsIdentity identity = identity(application);
            var environment = new HashMap<>(Map.of(
                    "FAULTLINE_TLS_CERTIFICATE", identity.certificate().toString(),
                    "FAULTLINE_TLS_KEY", identity.key().toString(),
                    "FAULTLINE_TLS_AUTHORITY", identity.authority().toString(),
                    "SPRING_CLOUD_CONSUL_DISCOVERY_ACLTOKEN", consulToken(application)));
            if (ServiceRights.of(application).usesKafka()) {
                // spring.kafka.properties are those of all its clients.
                KafkaSecurity.client(identity, application, kafkaPassword(application)).forEach((property,
                        value) -> environment.put("SPRING_KAFKA_PROPERTIES_" + property.toUpperCase(Locale.ROOT)
                                .replace(
                                        '.', '_'), value));
            }
            if (application.equals(Layout.GATEWAY_SERVICE)) {
                // Its clients have tokens and no certificates.
                environment.put("SERVER_SSL_CLIENTAUTH", "none");
            }
            return Map.copyOf(environment);
        }

        @Override
        public String jdbcParameters(String role) {
            return PostgresTls.jdbcParameters(identity(role));
        }

        @Override
        public Optional<SSLContext> operator() {
            try {
                return Optional.of(TlsTrust.context(identity(OPERATOR)));
            } catch (FaultlineException e) {
                throw new FaultlineException(e.getMessage()
                        + ". ./faultline down and ./faultline up make up what is missing.", e);
            }
        }

        @Override
        public Map<String, String> kafkaOperator(String bootstrapServers) {
            var properties = new HashMap<>(KafkaSecurity.client(identity(OPERATOR), OPERATOR, kafkaPassword(OPERATOR)));
            properties.put("bootstrap.servers", bootstrapServers);
            return Map.copyOf(properties);
        }

        @Override
        public String consulOperator() {
            return consulToken(OPERATOR);
        }

        @Override
        public Optional<Path> authority() {
            return Optional.of(identity(OPERATOR).authority());
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "secured by the certificates in " + directory;
        }

        private TlsIdentity identity(String name) {
            return TlsIdentity.in(directory, name);
        }

        private String kafkaPassword(String user) {
            return HexFormat.of().formatHex(derived("kafka " + user, SECRET_BYTES));
        }

        /** A UUID, as Consul wants. */
        private String consulToken(String user) {
            var bytes = ByteBuffer.wrap(derived("consul " + user, SECRET_BYTES));
            return new UUID(bytes.getLong(), bytes.getLong()).toString();
        }

        private byte[] derived(String what, int length) {
            try {
                return KDF.getInstance("HKDF-SHA256").deriveData(HKDFParameterSpec.ofExtract().addIKM(secret.getBytes(
                        StandardCharsets.UTF_8)).thenExpand(what.getBytes(StandardCharsets.UTF_8), length));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
