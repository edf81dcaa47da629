package dev.faultline.local.supervisor;

import java.io.File;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import dev.faultline.backing.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * One node: brought from the state it is in, one step at a time, to the state that its files ask for. It begins with
 * the process that an earlier supervisor left running, if there is one.
 *
 * <p>
 * For one thread, but {@link #isReady()} and {@link #isStopped()} may be asked by any.
 */
final class SupervisedNode {
    /** A service leaves the registry, and then stops in three phases of twelve seconds at most. */
    private static final Duration GRACE = Duration.ofSeconds(40);

    /** As it was when the node was started last. */
    private volatile NodeSpec spec;
    private final NodeDirectory files;
    private final Clock clock;
    private final LogFile log;
    private final Backoff backoff = new Backoff();
    private volatile NodeStatus status;
    private @Nullable Process child;
    private Duration startAgainAfter = Duration.ZERO;
    /** On the clock that nobody sets, unlike the time of day that people read in the status. */
    private long stateSinceNanos = System.nanoTime();

    SupervisedNode(NodeSpec spec, NodeDirectory files, Clock clock) throws IOException {
        this.spec = spec;
        this.files = files;
        this.clock = clock;
        this.log = new LogFile(files.log(), LogFile.LARGEST_BYTES);
        this.status = files.status().filter(last -> last.livingProcess() != null)
                .orElse(NodeStatus.initial(clock.instant()));
        if (status.state() == NodeState.STOPPING) {
            become(NodeState.READY, status.process(), "");
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
     * One step towards the wanted state; may last a second.
     *
     * @param wanted        whether the node is to run, if nobody has stopped it
     * @param needsAreReady whether all is ready that it needs
     */
    void step(boolean wanted, BooleanSupplier needsAreReady) throws IOException {
        log.keepSmall();
        if (wanted && !files.isStopped()) {
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
                if (inState().compareTo(startAgainAfter) >= 0) {
                    start();
                }
            }
            case STARTING -> {
                if (!noticeEnd() && spec.readiness().ask()) {
                    become(NodeState.READY, status.process(), status.detail());
                }
            }
            case READY -> noticeEnd();
            // The stop was taken back while the process was ending: it ends, and is started again.
            case STOPPING -> awaitEnd();
        }
    }

    private void stepDown() throws IOException {
        switch (status.state()) {
            case STOPPED -> {
            }
            case WAITING, RESTARTING -> become(NodeState.STOPPED, null, "");
            case STARTING, READY -> {
                signal(spec.launch().stopSignal());
                become(NodeState.STOPPING, status.process(), "");
            }
            case STOPPING -> awaitEnd();
        }
        backoff.reset();
    }

    private void awaitEnd() throws IOException {
        if (hasEnded()) {
            become(NodeState.STOPPED, null, "");
        } else if (inState().compareTo(GRACE) > 0) {
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
            startAgainLater("could not be started: " + e.getMessage(), Duration.ZERO);
            return;
        }
        child = started;
        become(NodeState.STARTING, ProcessIdentity.of(started.pid()).orElse(null), status.detail());
    }

    private boolean noticeEnd() throws IOException {
        if (!hasEnded()) {
            return false;
        }
        startAgainLater(child == null ? "ended, how is not known: an earlier supervisor had started it" : reason(child),
                inState());
        return true;
    }

    private void startAgainLater(String reason, Duration uptime) throws IOException {
        Duration delay = backoff.next(uptime);
        startAgainAfter = delay;
        status = new NodeStatus(status.state(), null, status.since(), status.restarts() + 1, "");
        become(NodeState.RESTARTING, null, reason);
    }

    /** A killed process is a number above 128. */
    private static String reason(Process ended) {
        try {
            int code = ended.waitFor();
            return code > 128 ? "killed by signal " + (code - 128) : "ended with exit code " + code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "ended";
        }
    }

    private Duration inState() {
        return Duration.ofNanos(System.nanoTime() - stateSinceNanos);
    }

    private boolean hasEnded() {
        return status.livingProcess() == null;
    }

    private void signal(String signal) {
        ProcessIdentity process = status.livingProcess();
        if (process != null) {
            process.signal(signal);
        }
    }

    private void become(NodeState state, @Nullable ProcessIdentity process, String detail) throws IOException {
        stateSinceNanos = System.nanoTime();
        status = new NodeStatus(state, process, clock.instant(), status.restarts(), detail);
        files.writeStatus(status);
    }
}
