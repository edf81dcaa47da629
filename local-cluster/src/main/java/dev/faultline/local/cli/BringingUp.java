package dev.faultline.local.cli;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Memory;
import dev.faultline.local.Node;
import dev.faultline.local.client.Platform;

/** From nothing to a cluster that has confirmed an order and compensated another. */
final class BringingUp {
    private final LocalCluster cluster;
    private final Terminal terminal;

    BringingUp(LocalCluster cluster, Terminal terminal) {
        this.cluster = cluster;
        this.terminal = terminal;
    }

    void run(OptionalInt port) {
        if (cluster.isComplete() && port.orElse(cluster.gatewayUrl().getPort()) == cluster.gatewayUrl().getPort()) {
            terminal.line("The cluster in " + cluster.home() + " already runs.");
            new StatusTable(terminal).print(cluster);
            return;
        }
        terminal.line("Starting Faultline in " + cluster.home());
        var finished = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!finished.get()) {
                terminal.line("Interrupted. What has started goes on running: ./faultline up completes it, "
                        + "./faultline down stops it.");
            }
        }));
        try {
            bringUp(port);
        } finally {
            finished.set(true);
        }
        sayWhereToGoOn();
    }

    private void bringUp(OptionalInt port) {
        cluster.up(port, terminal);
        try (var platform = new Platform(cluster.gatewayUrl())) {
            var orders = new FirstOrders(platform, terminal);
            orders.seed();
            orders.confirmed();
            orders.compensated();
        }
        cluster.awaitReady(terminal);
    }

    private void sayWhereToGoOn() {
        List<Node> nodes = cluster.nodes();
        Memory memory = nodes.stream().map(Node::memory).reduce(cluster.supervisorMemory(), Memory::plus);
        terminal.line("""

                %d nodes run after %.1f s, %s resident. The gateway is %s

                  ./faultline order --sku MUG --quantity 2     place an order and see its way
                  ./faultline status                           what runs
                  ./faultline logs order-service-1 -f          what a node says
                  ./faultline kill payment-service-1           kill -9; then order again
                  ./faultline down                             stop all; the data stays"""
                .formatted(nodes.size(), terminal.seconds(), Terminal.bytes(memory.residentBytes()), cluster
                        .gatewayUrl()));
    }
}
