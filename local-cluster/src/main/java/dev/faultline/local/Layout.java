package dev.faultline.local;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.Databases;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.KafkaBroker;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.discovery.Consul;
import org.jspecify.annotations.Nullable;

/** The nodes of a local cluster, their ports and their environments. */
final class Layout {
    static final String ACQUIRER = "acquirer-simulator-1";
    static final String GATEWAY_SERVICE = "gateway-service";
    static final String GATEWAY = GATEWAY_SERVICE + "-1";
    private static final String IDENTITY = "identity-service";
    private static final String FAILOVER = "failover-1";
    private static final String SHARD_ADDRESSES = "FAULTLINE_SHARDS";

    private final Settings settings;
    private final TransportSecurity security;
    private final Ports ports;
    private final SharedServers shared;
    private final List<Shard> shards;
    private final List<Service> services;

    Layout(Home home, Settings settings, CacheDirectory cache, KafkaAotCache kafkaCache, Progress progress) {
        this.settings = settings;
        this.security = TransportSecurity.of(home, settings);
        this.ports = settings.ports();
        this.shared = SharedServers.of(home, settings, security, cache, kafkaCache, progress);
        this.shards = IntStream.rangeClosed(1, settings.shards()).mapToObj(number -> new Shard("shard-" + number,
                settings.standbys(), servers(home, "shard-" + number, number, cache), security)).toList();
        this.services = services(home);
    }

    private List<PostgresServer> servers(Home home, String shard, int number, CacheDirectory cache) {
        Replication.Mode mode = settings.standbys();
        if (mode == null) {
            return List.of(server(home, shard, ports.shard(number), null, cache));
        }
        String first = shard + "-a";
        String second = shard + "-b";
        return List.of(
                server(home, first, ports.shard(number), new Replication(second, ports.secondServer(number), mode),
                        cache),
                server(home, second, ports.secondServer(number), new Replication(first, ports.shard(number), mode),
                        cache));
    }

    private PostgresServer server(Home home, String name, int port, @Nullable Replication replication,
            CacheDirectory cache) {
        return security.secured(new PostgresServer(name, home.data(name), port, settings.superuserPassword(),
                replication, cache));
    }

    TransportSecurity security() {
        return security;
    }

    List<BackingService> backingServices() {
        return Stream.concat(shared.all(), servers()).toList();
    }

    List<Shard> shards() {
        return shards;
    }

    /** @throws FaultlineException if there is no such shard */
    Shard shard(String name) {
        return shards.stream().filter(shard -> shard.name().equals(name)).findFirst().orElseThrow(
                () -> new FaultlineException("Unknown shard " + name + ". The shards are: " + shards.stream().map(
                        Shard::name).collect(Collectors.joining(", ")) + "."));
    }

    private Stream<PostgresServer> servers() {
        return shards.stream().flatMap(shard -> shard.servers().stream());
    }

    /** Creates the services' databases on a shard, whose primary must be ready. Idempotent. */
    void createDatabases(Shard shard) {
        var databases = new Databases(shard.jdbcUrl("postgres", PostgresServer.SUPERUSER), PostgresServer.SUPERUSER,
                settings.superuserPassword());
        Settings.DATABASES.forEach(name -> databases.create(name, settings.passwordOf(name)));
    }

    List<Service> services() {
        return services;
    }

    Service service(String name) {
        return services.stream().filter(service -> service.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such service: " + name));
    }

    /** The services that have databases. */
    List<Service> withDatabases() {
        return services.stream().filter(service -> service.environment().containsKey(SHARD_ADDRESSES)).toList();
    }

    List<ServiceDatabase> databases() {
        return shards.stream().flatMap(shard -> Settings.DATABASES.stream().map(name -> new ServiceDatabase(name,
                shard.name(), shard.jdbcUrl(name, name), name, settings.passwordOf(name)))).toList();
    }

    /** The properties with which a Kafka client of the operator connects. */
    Map<String, String> kafkaConnection() {
        return security.kafkaOperator(shared.bootstrapServers());
    }

    List<KafkaBroker> kafka() {
        return shared.kafka();
    }

    /** A client of the first server that may do everything. */
    Consul consulOfOperator() {
        return new Consul(consulUrl(), security.consulOperator());
    }

    /** The names of the servers, which are those of their nodes in Consul. */
    List<String> consulNames() {
        return shared.consulNames();
    }

    /** Of the first server. */
    URI consulUrl() {
        return URI.create("http://127.0.0.1:" + firstConsul().port());
    }

    private ConsulAgent firstConsul() {
        return shared.consul().getFirst();
    }

    /** The name of every node, dependencies first. */
    List<String> nodeNames() {
        return Stream.of(backingServices().stream().map(BackingService::name), failover().stream(), services.stream()
                .map(Service::name)).flatMap(names -> names).toList();
    }

    /** The node that promotes standbys, if there are any. */
    Optional<String> failover() {
        return Optional.of(FAILOVER).filter(_ -> settings.standbys() != null);
    }

    /** The port on which the node that promotes standbys reports that it is ready. */
    int failoverPort() {
        return ports.failover();
    }

    /** Its needs, which are stopped after it, so that it does not take a shutdown for a failure. */
    List<String> failoverNeeds() {
        return Stream.concat(shared.consulNames().stream(), servers().map(PostgresServer::name)).toList();
    }

    /** Every port of the cluster, with the nodes that listen on it: one, but for that of the gateways. */
    Map<Integer, List<String>> listeners() {
        var listeners = new HashMap<Integer, List<String>>();
        shared.listeners().forEach((port, name) -> listeners.put(port, List.of(name)));
        servers().forEach(server -> listeners.put(server.port(), List.of(server.name())));
        failover().ifPresent(name -> listeners.put(ports.failover(), List.of(name)));
        services.stream().collect(Collectors.groupingBy(Service::port, Collectors.mapping(Service::name, Collectors
                .toList()))).forEach(listeners::put);
        services.forEach(service -> listeners.put(service.managementPort(), List.of(service.name())));
        return listeners;
    }

    private List<Service> services(Home home) {
        var all = new ArrayList<Service>();
        add(all, "acquirer-simulator", 1, "96m", shared.consulNames(),
                Map.of("FAULTLINE_ACQUIRER_JOURNAL", home.data("acquirer-simulator-1").toString()));
        List<String> data = Stream.concat(shared.names().stream(), servers().map(PostgresServer::name)).toList();
        var acquirer = Map.of("FAULTLINE_ACQUIRER_URL", all.getFirst().url().toString(),
                "FAULTLINE_ACQUIRER_CLIENTSECRET", home.secrets().of("payment-service"));
        for (int instance = 1; instance <= 2; instance++) {
            add(all, "order-service", instance, "160m", data, database("orders"));
            add(all, "inventory-service", instance, "160m", data, database("inventory"));
            add(all, "payment-service", instance, "160m", data, merged(database("payments"), acquirer));
        }
        Map<String, String> sharedPort = settings.gateways() == 1 ? Map.of() : Map.of("FAULTLINE_WEB_SHAREDPORT",
                "true");
        add(all, GATEWAY_SERVICE, 1, "224m", shared.consulNames(), sharedPort);
        add(all, IDENTITY, 1, "64m", shared.consulNames(), Map.of("FAULTLINE_IDENTITY_DATA", home.data(IDENTITY
                + "-1").toString(), "FAULTLINE_IDENTITY_CLIENTFILES", home.secrets().directory().toString()));
        for (int instance = 2; instance <= settings.gateways(); instance++) {
            add(all, GATEWAY_SERVICE, instance, "224m", shared.consulNames(), sharedPort);
        }
        return List.copyOf(all);
    }

    private void add(List<Service> all, String application, int instance, String heap, List<String> needs,
            Map<String, String> particular) {
        int index = all.size();
        int port = switch (application) {
            case GATEWAY_SERVICE -> ports.gateway();
            case IDENTITY -> ports.identity();
            default -> ports.service(index);
        };
        int managementPort = ports.management(index);
        var environment = new LinkedHashMap<String, String>();
        environment.put("FAULTLINE_INSTANCE", application + "-" + instance);
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put(Service.PORT, Integer.toString(port));
        environment.put("MANAGEMENT_SERVER_ADDRESS", "127.0.0.1");
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort));
        environment.put("SPRING_CLOUD_CONSUL_HOST", "127.0.0.1");
        environment.put("SPRING_CLOUD_CONSUL_PORT", Integer.toString(shared.consulOf(instance).port()));
        environment.put("FAULTLINE_SECURITY_ISSUER", security.scheme() + "://127.0.0.1:" + ports.identity());
        environment.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", shared.bootstrapServers());
        // An arena of native memory for each thread would dominate the memory of a small JVM.
        environment.put("MALLOC_ARENA_MAX", "2");
        environment.putAll(security.environment(application));
        environment.putAll(particular);
        all.add(new Service(application, instance, security.scheme(), port, managementPort, heap, Map.copyOf(
                environment), needs));
    }

    private Map<String, String> database(String name) {
        return Map.of(SHARD_ADDRESSES,
                shards.stream().map(shard -> shard.name() + "=" + shard.addresses())
                        .collect(Collectors.joining(",")),
                "FAULTLINE_DATABASE_PASSWORD", settings.passwordOf(name), "FAULTLINE_DATABASE_PARAMETERS", security
                        .jdbcParameters(name));
    }

    private static Map<String, String> merged(Map<String, String> one, Map<String, String> other) {
        var merged = new HashMap<>(one);
        merged.putAll(other);
        return merged;
    }
}
