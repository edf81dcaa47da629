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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.faultline.backing.ProcessIdentity;

/**
 * Runs the nodes of one cluster as its children: starts them in order of need, starts those again that end by
 * themselves, and leaves those alone that were stopped on purpose.
 *
 * <p>
 * It holds no state that is not in the cluster's files, and its children do not die with it: killed at any moment, it
 * can be followed by another, which adopts the processes that still run. A lock lets only one live at a time.
 *
 * <p>
 * A child that was started in the moment before the supervisor was killed, and not yet written down, is not adopted.
 */
public final class Supervisor {
    private static final Duration TURN = Duration.ofMillis(100);

    private final SupervisorDirectory files;
    private final Clock clock;
    private final Map<String, SupervisedNode> nodes = new ConcurrentHashMap<>();
    /** Never taken back: the request is withdrawn while this process still lives, and must not start a node anew. */
    private volatile boolean ending;

    Supervisor(SupervisorDirectory files, Clock clock) {
        this.files = files;
        this.clock = clock;
    }

    /** @param arguments the cluster's home */
    public static void main(String[] arguments) throws Exception {
        var files = new SupervisorDirectory(Path.of(arguments[0]));
        Files.createDirectories(files.directory());
        try (var channel = FileChannel.open(files.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.out.println("another supervisor runs this cluster");
                return;
            }
            files.writeProcess(ProcessIdentity.of(ProcessHandle.current().pid()).orElseThrow());
            new Supervisor(files, Clock.systemUTC()).run();
        }
    }

    /** Returns when it was asked to end, and every node has ended. */
    void run() throws InterruptedException, IOException {
        do {
            new LogFile(files.log(), LogFile.LARGEST_BYTES).keepSmall();
            files.wantedNodes().forEach(this::superviseIfNew);
            Thread.sleep(TURN);
        } while (!files.shutdownIsRequested());
        ending = true;
        while (!nodes.values().stream().allMatch(SupervisedNode::isStopped)) {
            Thread.sleep(TURN);
        }
        if (Files.exists(files.directory())) {
            for (NodeDirectory node : files.wantedNodes()) {
                node.forget();
            }
            files.withdrawShutdown();
        }
    }

    private void superviseIfNew(NodeDirectory directory) {
        if (!nodes.containsKey(directory.name())) {
            directory.spec().ifPresent(spec -> {
                try {
                    var node = new SupervisedNode(spec, directory, clock);
                    nodes.put(spec.name(), node);
                    Thread.ofVirtual().name(spec.name()).start(() -> supervise(node));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private void supervise(SupervisedNode node) {
        try {
            while (!(ending && node.isStopped())) {
                try {
                    node.step(!mayEnd(node), () -> needsAreReady(node));
                } catch (IOException | RuntimeException e) {
                    // A full disk, say: what was to be done is tried again with the next turn.
                    System.out.println(clock.instant() + " " + node.spec().name() + ": " + e);
                }
                Thread.sleep(TURN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** When all is to end, a node ends after those that need it. */
    private boolean mayEnd(SupervisedNode node) {
        return ending && nodes.values().stream()
                .noneMatch(other -> !other.isStopped() && other.spec().needs().contains(node.spec().name()));
    }

    private boolean needsAreReady(SupervisedNode node) {
        return node.spec().needs().stream().map(nodes::get).allMatch(needed -> needed != null && needed.isReady());
    }
}
