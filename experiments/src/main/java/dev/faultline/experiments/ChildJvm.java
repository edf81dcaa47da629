package dev.faultline.experiments;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ProcessIdentity;

/**
 * A part of an experiment in a process of its own, to be frozen or killed. It says lines on its standard output and is told
 * lines on its standard input, and ends when that does ({@link Parent}). Closing it kills it, and so does an interrupt
 * of this JVM.
 */
public final class ChildJvm implements AutoCloseable {
    /** Begins what is said, among what a library may log. */
    private static final String SAYS = "child: ";

    private final String name;
    private final Process process;
    private final BufferedReader output;
    private final Cleanup cleanup;

    private ChildJvm(String name, Process process) {
        this.name = name;
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        this.cleanup = new Cleanup(this::kill);
    }

    /**
     * Starts the main method of a class of this class path.
     *
     * @param name   for messages
     * @param secret environment variables, which no other user can see
     */
    public static ChildJvm start(String name, Class<?> main, List<String> arguments, Map<String, String> secret) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(secret);
        try {
            return new ChildJvm(name, builder.start());
        } catch (IOException e) {
            throw new FaultlineException(name + " could not be started: " + e.getMessage(), e);
        }
    }

    /** The child's side. */
    public static final class Parent {
        private Parent() {}

        public static void say(String what) {
            System.out.println(SAYS + what);
            System.out.flush();
        }

        /** Waits for a line; ends this process if its parent has ended. */
        public static void await() {
            try {
                for (int read = System.in.read(); read != '\n'; read = System.in.read()) {
                    if (read < 0) {
                        Runtime.getRuntime().halt(1);
                    }
                }
            } catch (IOException e) {
                Runtime.getRuntime().halt(1);
            }
        }
    }

    /**
     * Waits until it says something.
     *
     * @throws FaultlineException if it ends instead
     */
    public String hear() {
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(SAYS)) {
                    return line.substring(SAYS.length());
                }
            }
        } catch (IOException e) {
            throw new FaultlineException("What " + name + " says cannot be read: " + e.getMessage(), e);
        }
        throw new FaultlineException(name + " ended early.");
    }

    /** Lets it go on from {@link Parent#await}; if it is frozen, as soon as it thaws. */
    public void go() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new FaultlineException(name + " ended early: " + e.getMessage(), e);
        }
    }

    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    private void signal(String signal) {
        if (!ProcessIdentity.of(process.pid()).map(child -> child.signal(signal)).orElse(false)) {
            throw new FaultlineException(name + " ended early.");
        }
    }

    /** Kills it, also if it is frozen, and returns when it has ended. */
    @Override
    public void close() {
        cleanup.close();
    }

    private void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new FaultlineException("%s, process %d, is still there 10 s after SIGKILL.".formatted(name,
                        process
                                .pid()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
