package dev.faultline.local.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.faultline.backing.ProcessIdentity;

/**
 * Runs the nodes of a cluster as its child processes: starts them in the order of their dependencies, restarts those that
 * exit unexpectedly, and does not restart those that the user stopped.
 *
 * <p>
 * All its state is in the cluster's files, and its children survive its death. So a new supervisor can replace one that was
 * killed at any time, and adopts the running processes. A lock ensures that only one is running.
 *
 * <p>
 * A child is not adopted if the supervisor was killed after starting it and before recording it.
 */
public final class Supervisor {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    /** A service deregisters, and then shuts down in three phases of at most twelve seconds. */
    private static final Duration GRACE = Duration.ofSeconds(40);

    private final SupervisorDirectory files;
    private final Clock clock;
    private final Duration grace;
    private final Map<String, SupervisedNode> nodes = new ConcurrentHashMap<>();
    /** One for each of the nodes; it ends when its node has stopped for a shutdown. */
    private final List<Thread> threads = new ArrayList<>();
    /** Never reset: the request is withdrawn while this process is still running, and no node may start again. */
    private volatile boolean shuttingDown;

    /** @param grace after which a node that does not stop is killed */
    Supervisor(SupervisorDirectory files, Clock clock, Duration grace) {
        this.files = files;
        this.clock = clock;
        this.grace = grace;
    }

    /** @param arguments the cluster's home */
    public static void main(String[] arguments) throws Exception {
        var files = new SupervisorDirectory(Path.of(arguments[0]));
        Files.createDirectories(files.directory());
        try (var channel = FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.out.println("another supervisor is running this cluster");
                return;
            }
            files.writeProcess(ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow());
            new Supervisor(files, Clock.systemUTC(), GRACE).run();
        }
    }

    /** Returns after a shutdown was requested and every node has stopped. */
    void run() throws InterruptedException, IOException {
        do {
            new LogFile(files.log(), LogFile.MAX_BYTES).rotate();
            files.deployedNodes().forEach(this::superviseIfNew);
            Thread.sleep(POLL_INTERVAL);
        } while (!files.shutdownIsRequested());
        shuttingDown = true;
        // A node counts as stopped a moment before its status is written, and that must not follow its deletion.
        for (Thread thread : threads) {
            thread.join();
        }
        if (Files.exists(files.directory())) {
            for (NodeDirectory node : files.deployedNodes()) {
                node.undeploy();
            }
            files.withdrawShutdown();
        }
    }

    private void superviseIfNew(NodeDirectory directory) {
        if (!nodes.containsKey(directory.name())) {
            directory.spec().ifPresent(spec -> {
                try {
                    var node = new SupervisedNode(spec, directory, clock, grace);
                    nodes.put(spec.name(), node);
                    threads.add(Thread.ofVirtual().name(spec.name()).start(() -> supervise(node)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private void supervise(SupervisedNode node) {
        try {
            while (!(shuttingDown && node.isStopped())) {
                try {
                    node.step(!mayStop(node), () -> needsAreReady(node));
                } catch (IOException | RuntimeException e) {
                    // For example, the disk is full. The next iteration tries again.
                    System.out.println(clock.instant() + " " + node.spec().name() + ": " + e);
                }
                Thread.sleep(POLL_INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** During a shutdown, a node stops after those that need it. */
    private boolean mayStop(SupervisedNode node) {
        return shuttingDown && nodes.values().stream()
                .noneMatch(other -> !other.isStopped() && other.spec().needs().contains(node.spec().name()));
    }

    private boolean needsAreReady(SupervisedNode node) {
        return node.spec().needs().stream().map(nodes::get).allMatch(needed -> needed != null && needed.isReady());
    }
}
