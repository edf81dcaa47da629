package dev.faultline.verification.bench;

import java.net.http.HttpClient;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import dev.faultline.local.ClusterNodes;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.Memory;
import dev.faultline.local.Node;
import dev.faultline.verification.load.LoadGenerator;

/** Measures what a load costs: reads every counter before it and after it, and divides by the orders. */
final class Sampler implements AutoCloseable {
    private static final double MIB = 1 << 20;

    private final LocalCluster cluster;
    private final ProcFs proc;
    private final PlatformProcesses processes;
    private final HttpClient http = HttpClient.newHttpClient();

    Sampler(LocalCluster cluster, ProcFs proc) {
        this.cluster = cluster;
        this.proc = proc;
        this.processes = new PlatformProcesses(cluster);
    }

    /** The platform must be idle, or what it still does counts too. */
    Measurement measure(int percent, int rate, Supplier<LoadGenerator.Result> load) {
        List<ServiceMeters> metersBefore = meters();
        Map<String, Double> databasesBefore = DatabaseCounters.read(cluster.databases());
        // The innermost, so that reading the others costs none of the CPU time that is measured.
        Optional<ProcessSample> before = ProcessSample.take(proc, processes);
        LoadGenerator.Result result = load.get();
        Optional<ProcessSample> after = ProcessSample.take(proc, processes);
        Map<String, Double> databasesAfter = DatabaseCounters.read(cluster.databases());
        List<ServiceMeters> metersAfter = meters();

        double orders = result.sent();
        var figures = new EnumMap<Group, Map<String, Double>>(Group.class);
        if (before.isPresent() && after.isPresent()) {
            figures.put(Group.CPU, divided(after.get().cpuSince(before.get()), orders));
            figures.put(Group.CONTEXT_SWITCHES, divided(after.get().contextSwitchesSince(before.get()), orders));
        }
        databasesAfter.replaceAll((name, value) -> value - databasesBefore.getOrDefault(name, 0.0));
        figures.put(Group.POSTGRESQL, divided(databasesAfter, orders));
        figures.put(Group.MESSAGES, messages(metersBefore, metersAfter, orders));
        figures.put(Group.RESIDENT, resident());
        figures.put(Group.HEAP, heap(metersAfter));
        return Measurement.of(percent, Trial.of(rate, result), figures);
    }

    private List<ServiceMeters> meters() {
        ClusterNodes nodes = cluster.nodes();
        return nodes.services().stream().map(node -> ServiceMeters.read(http, PlatformProcesses.nameOf(node), nodes
                .managementUrl(node))).toList();
    }

    private static Map<String, Double> divided(Map<String, Double> values, double by) {
        values.replaceAll((_, value) -> value / by);
        return values;
    }

    private static Map<String, Double> messages(List<ServiceMeters> before, List<ServiceMeters> after, double orders) {
        var figures = new LinkedHashMap<String, Double>();
        double all = 0;
        for (String service : List.of("order-service", "inventory-service", "payment-service")) {
            String meter = "faultline_messages_batch_size_messages_";
            double messages = ServiceMeters.sum(after, service, meter + "sum") - ServiceMeters.sum(before, service,
                    meter + "sum");
            double batches = ServiceMeters.sum(after, service, meter + "count") - ServiceMeters.sum(before, service,
                    meter + "count");
            figures.put("in a batch of " + service, batches > 0 ? messages / batches : 0);
            all += messages;
        }
        figures.put("handled an order", all / orders);
        return figures;
    }

    /** Of all instances. The processes of a PostgreSQL server count the pages that they share each. */
    private Map<String, Double> resident() {
        var sizes = new LinkedHashMap<String, Double>();
        Memory all = cluster.supervisorMemory();
        for (Node node : cluster.nodes().list()) {
            sizes.merge(PlatformProcesses.nameOf(node.name()), node.memory().residentBytes() / MIB, Double::sum);
            all = all.plus(node.memory());
        }
        sizes.put("supervisor", cluster.supervisorMemory().residentBytes() / MIB);
        sizes.put("all of these", all.residentBytes() / MIB);
        sizes.put("all, shared pages counted once", all.proportionalBytes() / MIB);
        return sizes;
    }

    private static Map<String, Double> heap(List<ServiceMeters> meters) {
        var sizes = new LinkedHashMap<String, Double>();
        meters.forEach(instance -> sizes.merge(instance.service(), instance.sum("jvm_memory_used_bytes",
                "area=\"heap\"") / MIB, Double::sum));
        Runtime runtime = Runtime.getRuntime();
        sizes.put("load generator", (runtime.totalMemory() - runtime.freeMemory()) / MIB);
        return sizes;
    }

    @Override
    public void close() {
        http.close();
    }
}
