package dev.faultline.verification.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import org.jspecify.annotations.Nullable;

/**
 * {@code kubectl port-forward} to a port of a pod. It ends with its pod, and when nothing listened there, and is begun again;
 * connections fail meanwhile.
 */
final class PortForward implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(200);
    /**
     * Ctrl-C must not end it, because faults are healed through it afterwards: kubectl is in a process group of its own, and
     * bash ignores the signal. Only kubectl holds the standard output, so this ends when kubectl does. bash kills kubectl
     * when the standard input ends, by {@link #close} or because this JVM is gone.
     */
    private static final String SCRIPT = """
            exec 2> /dev/null
            set -m
            trap "" INT
            "$@" < /dev/null 2>&1 &
            exec > /dev/null
            read -r
            kill -KILL %1
            """;

    private final Supplier<String> pod;
    /** kubectl, and its options for every command. */
    private final List<String> kubectl;
    private final InetSocketAddress local;
    private final int port;
    private final Thread thread;
    private volatile String lastLine = "";
    private volatile boolean hasBegun;
    private volatile boolean closed;
    private volatile @Nullable Process process;

    private PortForward(List<String> kubectl, Supplier<String> pod, InetSocketAddress local, int port) {
        this.kubectl = kubectl;
        this.pod = pod;
        this.local = local;
        this.port = port;
        this.thread = Thread.ofPlatform().daemon().name("port-forward").unstarted(this::run);
    }

    /**
     * Returns when the port is forwarded.
     *
     * @param kubectl with its options for every command
     * @param pod     the name of the pod, which may change
     * @param local   address and port on this machine
     * @throws FaultlineException with what kubectl said, if it is not within 20 seconds
     */
    static PortForward begin(List<String> kubectl, Supplier<String> pod, InetSocketAddress local, int port) {
        var forward = new PortForward(kubectl, pod, local, port);
        forward.thread.start();
        if (!Polling.until(READY, () -> forward.hasBegun)) {
            forward.close();
            throw new FaultlineException("Port " + port + " of the pod " + pod.get() + " cannot be forwarded to "
                    + local
                    + ": " + forward.lastLine);
        }
        return forward;
    }

    InetSocketAddress local() {
        return local;
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    forward();
                } catch (IOException | FaultlineException e) {
                    lastLine = String.valueOf(e.getMessage());
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forward() throws IOException {
        var command = new ArrayList<>(List.of("bash", "-c", SCRIPT, "prove"));
        command.addAll(kubectl);
        command.addAll(List.of("port-forward", "--address", local.getAddress().getHostAddress(), "pod/" + pod.get(),
                local.getPort() + ":" + port));
        Process forward = new ProcessBuilder(command).redirectErrorStream(true).start();
        process = forward;
        if (closed) {
            forward.getOutputStream().close();
        }
        try (var output = new BufferedReader(forward.inputReader(StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lastLine = line;
                if (line.startsWith("Forwarding from")) {
                    hasBegun = true;
                }
            }
        } finally {
            // bash waits for the end of its standard input.
            forward.getOutputStream().close();
        }
    }

    /** Returns when kubectl has ended. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        Process running = process;
        try {
            if (running != null) {
                running.getOutputStream().close();
            }
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
