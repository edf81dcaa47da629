package dev.faultline.verification.local;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.faultline.backing.ServiceDatabase;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.supervisor.NodeState;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;
import org.jspecify.annotations.Nullable;

/** A local cluster as a target. */
public final class LocalTarget implements Target {
    private final LocalCluster cluster;
    private @Nullable Credentials credentials;

    public LocalTarget(LocalCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public void requireRunning() {
        cluster.requireRunning();
    }

    @Override
    public URI gatewayUrl() {
        return cluster.gatewayUrl();
    }

    @Override
    public URI acquirerUrl() {
        return cluster.acquirerUrl();
    }

    @Override
    public synchronized Credentials credentials() {
        if (credentials == null) {
            credentials = new Credentials(cluster.gatewayUrl(), cluster.secrets(), cluster.tls().orElse(null));
        }
        return credentials;
    }

    @Override
    public Duration clientPatience() {
        return Duration.ofSeconds(40);
    }

    @Override
    public URI consulUrl() {
        return cluster.consulUrl();
    }

    @Override
    public String consulToken() {
        return cluster.consulToken();
    }

    @Override
    public URI managementUrl(String node) {
        return cluster.nodes().managementUrl(node);
    }

    @Override
    public Map<String, String> kafkaConnection() {
        return cluster.kafkaConnection();
    }

    @Override
    public List<ServiceDatabase> databases() {
        return cluster.databases();
    }

    @Override
    public Path acquirerJournal() {
        return cluster.acquirerJournal();
    }

    @Override
    public Path clientJournals() {
        return cluster.home().resolve("clients");
    }

    @Override
    public List<Node> nodes() {
        return cluster.nodes().list().stream().map(LocalTarget::node).toList();
    }

    private static Node node(dev.faultline.local.Node node) {
        boolean ready = node.state() == NodeState.READY && !node.detail().equals(dev.faultline.local.Node.UNRESPONSIVE);
        return new Node(node.name(), node.name(), ready, node.pid().isPresent() ? Long.toString(node.pid().getAsLong())
                : "");
    }

    @Override
    public Optional<String> primaryOf(String shard) {
        return cluster.primaryOf(shard);
    }

    @Override
    public Optional<String> standbyOf(String shard) {
        return cluster.standbyOf(shard);
    }

    @Override
    public void kill(String node) {
        cluster.nodes().kill(node, "KILL");
    }

    @Override
    public void pause(String node) {
        cluster.nodes().pause(node);
    }

    @Override
    public void lag(String node) {
        cluster.nodes().lag(node);
    }

    @Override
    public void resume(String node) {
        cluster.nodes().resume(node);
    }
}
