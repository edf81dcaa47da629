package dev.faultline.verification.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Node;

/** The processes of a local cluster, named by what they are: the instances of a service have one name. */
final class PlatformProcesses {
    /** The order in a table. */
    static final List<String> NAMES = List.of("order-service", "inventory-service", "payment-service",
            "gateway-service", "identity-service", "acquirer-simulator", "PostgreSQL orders", "PostgreSQL inventory",
            "PostgreSQL payments", "PostgreSQL WAL senders", "PostgreSQL, rest", "Kafka", "Consul", "supervisor",
            "load generator");
    /** A server process's title begins with the user, who has the database's name. */
    private static final Pattern DATABASE = Pattern.compile("postgres: (orders|inventory|payments) ");

    private final LocalCluster cluster;

    PlatformProcesses(LocalCluster cluster) {
        this.cluster = cluster;
    }

    /** The present processes and their names, with that of this JVM as the load generator. */
    Map<Long, String> find(ProcFs proc) {
        var processes = new LinkedHashMap<Long, String>();
        for (Node node : cluster.nodes().list()) {
            if (node.pid().isPresent()) {
                long pid = node.pid().getAsLong();
                boolean isShard = node.name().startsWith("shard-");
                processes.put(pid, isShard ? "PostgreSQL, rest" : nameOf(node.name()));
                ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).forEach(child -> processes.put(
                        child.pid(), isShard ? ofPostgres(proc.commandLine(child.pid())) : nameOf(node.name())));
            }
        }
        cluster.supervisorPid().ifPresent(pid -> processes.put(pid, "supervisor"));
        processes.put(ProcessHandle.current().pid(), "load generator");
        return processes;
    }

    /** @param node for example {@code order-service-1} */
    static String nameOf(String node) {
        String name = node.replaceFirst("-\\d+$", "");
        return switch (name) {
            case "kafka" -> "Kafka";
            case "consul" -> "Consul";
            case "shard" -> "PostgreSQL";
            default -> name;
        };
    }

    static String ofPostgres(String title) {
        if (title.contains("walsender")) {
            return "PostgreSQL WAL senders";
        }
        Matcher database = DATABASE.matcher(title);
        return database.find() ? "PostgreSQL " + database.group(1) : "PostgreSQL, rest";
    }
}
