package dev.faultline.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server that is stopped when this JVM ends, even if it is killed.
 *
 * <p>
 * For tests and temporary clusters. A shell between the two processes reads its standard input, which is closed when the
 * JVM ends, and then stops the server.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Duration GRACE = Duration.ofMinutes(3);
    private static final String STOP_WITH_PARENT = """
            # Signals to the whole group, such as Ctrl-C, reach the shells too, which have to outlive the server.
            trap '' INT
            trap : TERM HUP
            signal=$1; shift
            exec 3<&0
            "$@" </dev/null 3<&- & child=$!
            { trap '' TERM HUP; read -r _ <&3; kill -s "$signal" "$child"; } 2>/dev/null & watch=$!
            exec 3<&-
            wait "$child"; code=$?
            while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
            kill -9 "$watch" 2>/dev/null
            exit "$code"
            """;

    private final Process shell;
    private final Path log;
    private boolean isFrozen;

    private ChildProcess(Process shell, Path log) {
        this.shell = shell;
        this.log = log;
    }

    /**
     * Prepares and starts a server, and returns when it is ready.
     *
     * @throws FaultlineException with the end of its log, if it ends or is not ready in time
     */
    public static ChildProcess start(BackingService server, Path log, Duration atMost) {
        server.prepare();
        return start(server.name(), server.launch(), server.readiness(), log, atMost);
    }

    /** Like {@link #start(BackingService, Path, Duration)}, for a server that is already prepared. */
    public static ChildProcess start(String name, Launch launch, Readiness readiness, Path log, Duration atMost) {
        try {
            var command = new ArrayList<>(List.of("sh", "-c", STOP_WITH_PARENT, name, launch.stopSignal()));
            command.addAll(launch.command());
            var watched = new Launch(command, launch.environment(), launch.directory(), "TERM");
            Process shell = watched.processBuilder().redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            var running = new ChildProcess(shell, log);
            running.awaitReady(name, readiness, atMost);
            return running;
        } catch (IOException e) {
            throw new FaultlineException(name + " could not be started: " + e.getMessage(), e);
        }
    }

    private void awaitReady(String name, Readiness readiness, Duration atMost) throws IOException {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (!readiness.await(Duration.ofMillis(100))) {
                if (!shell.isAlive() || System.nanoTime() > deadline) {
                    close();
                    throw new FaultlineException(name + " did not become ready; its log ends with:\n" + logEnd());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new FaultlineException("interrupted while waiting for " + name, e);
        }
    }

    private String logEnd() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    /**
     * Stops the server and every process that it has started where they are (SIGSTOP), until {@link #thaw}. Their connections
     * stay open, and the system goes on to receive for them. The server is not a shell script.
     */
    public synchronized void freeze() {
        signal("STOP");
        isFrozen = true;
    }

    /** Lets a frozen server go on. Idempotent. */
    public synchronized void thaw() {
        if (isFrozen) {
            signal("CONT");
            isFrozen = false;
        }
    }

    private void signal(String signal) {
        processes().flatMap(process -> ProcessIdentity.of(process.pid()).stream()).toList().forEach(process -> process
                .signal(signal));
    }

    /** The server's, without the shell that watches this JVM. */
    private Stream<ProcessHandle> processes() {
        Optional<String> watch = shell.info().command();
        return shell.children().filter(child -> !child.info().command().equals(watch)).flatMap(child -> Stream.concat(
                Stream.of(child), child.descendants()));
    }

    /** Kills the server and every process that it has started (SIGKILL), and returns when the server has ended. */
    public void kill() {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            if (!shell.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new FaultlineException("A server does not end although it was killed; its log is " + log + ".");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Stops the server gracefully, also if it is frozen. Kills it after three minutes, which suffice for a JVM that writes an
     * AOT cache, and at once if this thread is interrupted.
     */
    @Override
    public void close() {
        thaw();
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
