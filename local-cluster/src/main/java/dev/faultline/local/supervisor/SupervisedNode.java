package dev.faultline.local.supervisor;

import java.io.File;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.faultline.backing.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Moves a node, one step at a time, to the state that its files ask for. Adopts the process that an earlier supervisor
 * started, if it is still running.
 *
 * <p>
 * Not thread-safe, except for {@link #isReady()} and {@link #isStopped()}.
 */
final class SupervisedNode {
    /** The specification at the last start. */
    private volatile NodeSpec spec;
    private final NodeDirectory files;
    private final Clock clock;
    /** After this time, a node that does not stop is killed. */
    private final Duration grace;
    private final LogFile log;
    private final Backoff backoff = new Backoff();
    private volatile NodeStatus status;
    private @Nullable Process child;
    private Duration restartDelay = Duration.ZERO;
    /** On the monotonic clock, unlike the time in the status. */
    private long stateSinceNanos = System.nanoTime();

    SupervisedNode(NodeSpec spec, NodeDirectory files, Clock clock, Duration grace) throws IOException {
        this.spec = spec;
        this.files = files;
        this.clock = clock;
        this.grace = grace;
        this.log = new LogFile(files.log(), LogFile.MAX_BYTES);
        this.status = files.status().filter(last -> last.livingProcess() != null)
                .orElse(NodeStatus.initial(clock.instant()));
        if (status.state() == NodeState.STOPPING) {
            enter(NodeState.READY, status.process(), "");
        }
        files.writeStatus(status);
    }

    NodeSpec spec() {
        return spec;
    }

    boolean isReady() {
        return status.state() == NodeState.READY;
    }

    boolean isStopped() {
        return status.state() == NodeState.STOPPED;
    }

    /**
     * Takes one step towards the wanted state; may block for a second.
     *
     * @param wanted        whether the node should run unless the user stopped it
     * @param needsAreReady whether the nodes it needs are ready
     */
    void step(boolean wanted, BooleanSupplier needsAreReady) throws IOException {
        log.rotate();
        if (wanted && !files.isStopped() && !files.isFenced()) {
            stepUp(needsAreReady);
        } else {
            stepDown();
        }
    }

    private void stepUp(BooleanSupplier needsAreReady) throws IOException {
        switch (status.state()) {
            case WAITING -> {
                if (needsAreReady.getAsBoolean()) {
                    start();
                }
            }
            case STOPPED -> start();
            case RESTARTING -> {
                if (inState().compareTo(restartDelay) >= 0) {
                    start();
                }
            }
            case STARTING -> {
                if (!detectExit() && spec.readiness().check()) {
                    enter(NodeState.READY, status.process(), status.detail());
                }
            }
            case READY -> detectExit();
            // Started again while stopping: the process stops first.
            case STOPPING -> awaitExit();
        }
    }

    private void stepDown() throws IOException {
        switch (status.state()) {
            case STOPPED -> {
            }
            case WAITING, RESTARTING -> enter(NodeState.STOPPED, null, "");
            case STARTING, READY -> {
                signal(spec.launch().stopSignal());
                enter(NodeState.STOPPING, status.process(), "");
            }
            case STOPPING -> awaitExit();
        }
        backoff.reset();
    }

    private void awaitExit() throws IOException {
        if (hasExited()) {
            enter(NodeState.STOPPED, null, "");
        } else if (inState().compareTo(grace) > 0) {
            signal("KILL");
        }
    }

    private void start() throws IOException {
        spec = files.spec().orElse(spec);
        Process started;
        try {
            started = spec.launch().processBuilder().redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile())).start();
        } catch (IOException e) {
            scheduleRestart("could not start: " + e.getMessage(), Duration.ZERO);
            return;
        }
        child = started;
        enter(NodeState.STARTING, ProcessIdentity.of(started.pid()).orElse(null), status.detail());
    }

    private boolean detectExit() throws IOException {
        if (!hasExited()) {
            return false;
        }
        String reason = child == null ? "exited with an unknown code, because an earlier supervisor had started it"
                : reason(child);
        if (spec.fencedOnExit()) {
            files.fence();
            countRestart();
            enter(NodeState.STOPPED, null, reason);
        } else {
            scheduleRestart(reason, inState());
        }
        return true;
    }

    private void scheduleRestart(String reason, Duration uptime) throws IOException {
        Duration delay = backoff.next(uptime);
        restartDelay = delay;
        countRestart();
        enter(NodeState.RESTARTING, null, reason);
    }

    private void countRestart() {
        status = new NodeStatus(status.state(), null, status.since(), status.restarts() + 1, "");
    }

    /** The exit code of a killed process is 128 plus the signal. */
    private static String reason(Process exited) {
        try {
            int code = exited.waitFor();
            return code > 128 ? "was killed by signal " + (code - 128) : "exited with code " + code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "exited";
        }
    }

    private Duration inState() {
        return Duration.ofNanos(System.nanoTime() - stateSinceNanos);
    }

    private boolean hasExited() {
        return status.livingProcess() == null;
    }

    private void signal(String signal) {
        ProcessIdentity process = status.livingProcess();
        if (process != null) {
            process.signal(signal);
        }
    }

    private void enter(NodeState state, @Nullable ProcessIdentity process, String detail) throws IOException {
        stateSinceNanos = System.nanoTime();
        status = new NodeStatus(state, process, clock.instant(), status.restarts(), detail);
        files.writeStatus(status);
    }
}
