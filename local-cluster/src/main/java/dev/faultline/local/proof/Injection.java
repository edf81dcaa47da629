package dev.faultline.local.proof;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Node;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.supervisor.NodeState;

/** Makes things go wrong, and right again. Safe for use by many threads: healing may come from an interruption. */
final class Injection implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RECOVERY = Duration.ofSeconds(90);

    private final LocalCluster cluster;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final Set<String> paused = new HashSet<>();
    private boolean acquirerIsFaulty;
    private boolean over;

    Injection(LocalCluster cluster) {
        this.cluster = cluster;
    }

    /** @return the process that was killed, or 0 */
    synchronized long inject(Fault.Kind kind, String node) {
        if (over) {
            return 0;
        }
        switch (kind) {
            case KILL -> {
                return cluster.kill(node, "KILL");
            }
            case PAUSE -> {
                paused.add(node);
                cluster.pause(node);
            }
            case SLOW -> faults("{\"slowShare\": 0.5, \"slowFor\": \"PT2S\"}");
            case FAILING -> faults("{\"failShare\": 0.5}");
            case TIMEOUT -> faults("{\"timeoutAfterChargeShare\": 0.5}");
        }
        return 0;
    }

    private void faults(String json) {
        acquirerIsFaulty = true;
        send(HttpRequest.newBuilder(cluster.acquirerUrl().resolve("/faults")).header("Content-Type",
                "application/json").PUT(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Takes back whatever is wrong by us. Repeatable. */
    synchronized void heal() {
        for (String node : Set.copyOf(paused)) {
            cluster.resume(node);
            paused.remove(node);
        }
        if (acquirerIsFaulty) {
            send(HttpRequest.newBuilder(cluster.acquirerUrl().resolve("/faults")).DELETE());
            acquirerIsFaulty = false;
        }
    }

    /** Takes back whatever is wrong by us, and makes nothing go wrong any more. */
    synchronized void end() {
        over = true;
        heal();
    }

    /** @return whether the node was ready within 90 seconds, in another process than the one that was killed */
    boolean awaitReady(String node, long killed) throws InterruptedException {
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        while (!isReady(node, killed)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(Duration.ofMillis(200));
        }
        return true;
    }

    private boolean isReady(String name, long killed) {
        Node node = cluster.nodes().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        return node.state() == NodeState.READY && node.pid().isPresent() && node.pid().getAsLong() != killed
                && !node.detail().equals(Node.SILENT);
    }

    private void send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new RefusedException("The acquirer did not take its faults: " + response.body());
            }
        } catch (IOException e) {
            throw new RefusedException("The acquirer at " + cluster.acquirerUrl() + " did not take its faults: "
                    + e.getMessage() + ". See ./faultline status.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
