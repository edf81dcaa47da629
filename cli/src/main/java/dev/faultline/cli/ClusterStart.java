package dev.faultline.cli;

import java.util.List;
import java.util.OptionalInt;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Memory;
import dev.faultline.local.Node;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.TrainingOrders;
import dev.faultline.verification.local.LocalTarget;

/** {@code ./faultline up}: starts a cluster, and places an order that is confirmed and one that is compensated. */
final class ClusterStart {
    private final LocalCluster cluster;
    private final Terminal terminal;

    ClusterStart(LocalCluster cluster, Terminal terminal) {
        this.cluster = cluster;
        this.terminal = terminal;
    }

    void run(OptionalInt port) {
        if (cluster.isComplete() && port.orElse(cluster.gatewayUrl().getPort()) == cluster.gatewayUrl().getPort()) {
            terminal.line("The cluster in " + cluster.home() + " is already running.");
            new StatusTable(terminal).print(cluster);
            return;
        }
        terminal.line("Starting Faultline in " + cluster.home());
        try (var _ = new InterruptNotice(terminal, () -> "Interrupted. Started nodes keep running: ./faultline up "
                + "completes the start, ./faultline down stops them.")) {
            start(port);
        }
        printNextSteps();
    }

    private void start(OptionalInt port) {
        cluster.up(port, new TrainingOrders(), terminal);
        try (var platform = new PlatformClient(new LocalTarget(cluster))) {
            var orders = new FirstOrders(platform, terminal);
            orders.createCatalogue();
            orders.placeConfirmed();
            orders.placeCompensated();
        }
        cluster.awaitReady(terminal);
    }

    private void printNextSteps() {
        List<Node> nodes = cluster.nodes().list();
        Memory memory = nodes.stream().map(Node::memory).reduce(cluster.supervisorMemory(), Memory::plus);
        terminal.line("""

                %d nodes are running after %.1f s, %s resident. Gateway: %s

                  ./faultline order --sku MUG --quantity 2     place an order and show its steps
                  ./faultline status                           show the nodes
                  ./faultline logs order-service-1 -f          follow a node's log
                  ./faultline kill payment-service-1           kill a node; then order again
                  ./faultline experiment list                  ideas to see at work
                  ./faultline down                             stop everything; keep the data"""
                .formatted(nodes.size(), terminal.seconds(), Terminal.bytes(memory.residentBytes()), cluster
                        .gatewayUrl()));
        terminal.line("");
        terminal.line(cluster.authority().map(
                authority -> "Secured: clients have to trust the cluster's authority, as in"
                        + " curl --cacert " + authority + " " + cluster.gatewayUrl() + "/api/catalogue")
                .orElse("Not secured: plain HTTP, on loopback only. ./faultline up --secure, after ./faultline down,"
                        + " changes that."));
    }
}
