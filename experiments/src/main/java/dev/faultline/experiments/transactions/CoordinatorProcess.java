package dev.faultline.experiments.transactions;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.faultline.backing.FaultlineException;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;

/** A {@link Coordinator} in a process of its own. Closing it kills it. */
final class CoordinatorProcess implements AutoCloseable {
    private static final int KILLED = 128 + 9;

    private final Process process;
    private final BufferedReader output;

    private CoordinatorProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    /** Returns when it is connected to both shards. */
    static CoordinatorProcess start(Kind kind, ShardDatabases databases, Reservation wanted) {
        ShardDatabase any = databases.all().getFirst();
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                Coordinator.class.getName(), kind.name(), wanted.order(), wanted.first(), wanted.second(), any
                        .user()));
        databases.all().forEach(database -> command.add(database.jdbcUrl()));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(Coordinator.PASSWORD, any.password());
        try {
            var coordinator = new CoordinatorProcess(builder.start());
            coordinator.await(Coordinator.READY);
            return coordinator;
        } catch (IOException e) {
            throw new FaultlineException("The coordinator could not be started: " + e.getMessage(), e);
        }
    }

    /** Lets it reserve; returns when it has stopped halfway. */
    void goHalfway() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new FaultlineException("The coordinator ended early: " + e.getMessage(), e);
        }
        await(Coordinator.HALFWAY);
    }

    private void await(String line) {
        try {
            String said = output.readLine();
            if (!line.equals(said)) {
                close();
                throw new FaultlineException("The coordinator was expected to say \"" + line + "\", not \"" + said
                        + "\".");
            }
        } catch (IOException e) {
            throw new FaultlineException("The coordinator's output cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Sends SIGKILL, and returns when the process has ended.
     *
     * @throws FaultlineException if it ended otherwise
     */
    void kill() {
        close();
        if (process.exitValue() != KILLED) {
            throw new FaultlineException("The coordinator was to be killed, but ended by itself with code " + process
                    .exitValue() + ".");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new FaultlineException("The coordinator, process " + process.pid()
                        + ", is still there 10 s after SIGKILL.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
