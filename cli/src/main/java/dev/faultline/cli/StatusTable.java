package dev.faultline.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Memory;
import dev.faultline.local.Node;

/** Prints the nodes of a cluster, one per line. */
final class StatusTable {
    private final Terminal terminal;

    StatusTable(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(LocalCluster cluster) {
        List<Node> nodes = cluster.nodes().list();
        terminal.line("%-22s %-11s %8s %6s %9s %9s %9s  %s".formatted("NODE", "STATE", "PID", "PORT", "FOR", "RESTARTS",
                "MEMORY", "").stripTrailing());
        Instant now = Instant.now();
        nodes.forEach(node -> print(node, now));
        Memory supervisor = cluster.supervisorMemory();
        Memory total = nodes.stream().map(Node::memory).reduce(supervisor, Memory::plus);
        terminal.line("%-22s %56s".formatted("supervisor", Terminal.bytes(supervisor.residentBytes())));
        terminal.line("%-22s %56s  (%s with shared pages counted once)".formatted("total",
                Terminal.bytes(total.residentBytes()), Terminal.bytes(total.proportionalBytes())));
        terminal.line("");
        terminal.line("Gateway: " + cluster.gatewayUrl() + "   Home: " + cluster.home());
    }

    private void print(Node node, Instant now) {
        String state = terminal.coloured(colour(node), "%-11s".formatted(node.state().name().toLowerCase(
                Locale.ROOT)));
        terminal.line("%-22s %s %8s %6s %9s %9d %9s  %s".formatted(node.name(), state,
                node.pid().isPresent() ? node.pid().getAsLong() : "-", node.port() == 0 ? "-" : node.port(),
                node.since().equals(Instant.EPOCH) ? "-" : span(Duration.between(node.since(), now)), node.restarts(),
                node.pid().isEmpty() ? "-" : Terminal.bytes(node.memory().residentBytes()), node.detail())
                .stripTrailing());
    }

    private static Terminal.Colour colour(Node node) {
        return switch (node.state()) {
            case READY -> Terminal.Colour.GREEN;
            case RESTARTING -> Terminal.Colour.RED;
            case STOPPED -> Terminal.Colour.GREY;
            case WAITING, STARTING, STOPPING -> Terminal.Colour.YELLOW;
        };
    }

    /** The two largest units. */
    static String span(Duration duration) {
        Duration positive = duration.isNegative() ? Duration.ZERO : duration;
        if (positive.toDays() > 0) {
            return positive.toDays() + "d " + positive.toHoursPart() + "h";
        }
        if (positive.toHours() > 0) {
            return positive.toHours() + "h " + positive.toMinutesPart() + "m";
        }
        return positive.toMinutes() > 0 ? positive.toMinutes() + "m " + positive.toSecondsPart() + "s"
                : positive.toSeconds() + "s";
    }
}
