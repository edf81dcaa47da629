package dev.faultline.verification.container;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.faultline.backing.FaultlineException;

/** Runs programs that end by themselves. */
final class Command {
    /** Much longer than any of them takes; a paused container can make one wait for ever. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private Command() {}

    /**
     * @return what it wrote to its standard output
     * @throws FaultlineException with what it wrote to its standard error, if it fails, takes too long or does not exist
     */
    static String run(List<String> command) {
        String program = command.getFirst();
        Process process;
        try {
            process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new FaultlineException("The program " + program + " cannot be run: is it installed, and on PATH?", e);
        }
        var output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()), Command::inThread);
        var errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), Command::inThread);
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new FaultlineException(program + " did not end within " + TIMEOUT.toSeconds() + " seconds.");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
        if (process.exitValue() != 0) {
            throw new FaultlineException(errors.join().isBlank()
                    ? program + " failed with exit code " + process.exitValue() + "."
                    : errors.join().strip());
        }
        return output.join();
    }

    /** Not in a virtual one: that would hold up those of the load while the program writes nothing. */
    private static void inThread(Runnable task) {
        Thread.ofPlatform().daemon().start(task);
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
