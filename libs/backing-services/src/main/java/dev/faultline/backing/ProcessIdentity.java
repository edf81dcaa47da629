package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * One process for all time: its id, which the system gives to another process later, and when it was started.
 *
 * @param started on Linux the boot and the clock tick since it, which no change of the wall clock moves; elsewhere the
 *                time of day
 */
public record ProcessIdentity(long pid, String started) {
    private static final Path PROC = Path.of("/proc");
    private static final int STATE_FIELD = 0;
    private static final int START_TIME_FIELD = 19;

    /** The living process that has this id now. */
    public static Optional<ProcessIdentity> of(long pid) {
        return started(pid).map(started -> new ProcessIdentity(pid, started));
    }

    @JsonIgnore
    public boolean isAlive() {
        return started(pid).filter(started::equals).isPresent();
    }

    /**
     * Sends a signal if this process still lives; another that has its id by now is never hit.
     *
     * @param signal the name without SIG
     * @return whether it was sent
     */
    public boolean signal(String signal) {
        if (!isAlive()) {
            return false;
        }
        try {
            // The shell's own kill: not every machine has the program.
            return new ProcessBuilder("sh", "-c", "kill -s \"$1\" \"$2\"", "kill", signal, Long.toString(pid))
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            throw new FaultlineException("The signal " + signal + " could not be sent to process " + pid + ": "
                    + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Optional<String> started(long pid) {
        if (!Files.isDirectory(PROC.resolve("self"))) {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive)
                    .flatMap(handle -> handle.info().startInstant()).map(Object::toString);
        }
        try {
            String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            // The program's name, in parentheses, may hold spaces and parentheses itself.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean dead = fields[STATE_FIELD].equals("Z") || fields[STATE_FIELD].equals("X");
            return dead ? Optional.empty() : Optional.of(boot() + "/" + fields[START_TIME_FIELD]);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String boot() throws IOException {
        return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).substring(0, 8);
    }
}
