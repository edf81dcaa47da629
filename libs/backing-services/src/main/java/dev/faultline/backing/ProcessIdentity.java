package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a process even after the system has reused its id: the id and the start time.
 *
 * @param started on Linux the boot id and the clock ticks since boot, which do not depend on the wall clock; elsewhere the
 *                wall-clock time
 */
public record ProcessIdentity(long pid, String started) {
    private static final Path PROC = Path.of("/proc");
    private static final int STATE_FIELD = 0;
    private static final int START_TIME_FIELD = 19;
    /** Of the boot that this process was started in. Read once: a supervisor asks for each of its children all the time. */
    private static volatile @Nullable String boot;

    /** The live process with this id, if there is one. */
    public static Optional<ProcessIdentity> of(long pid) {
        return started(pid).map(started -> new ProcessIdentity(pid, started));
    }

    @JsonIgnore
    public boolean isAlive() {
        return started(pid).filter(started::equals).isPresent();
    }

    /**
     * Sends a signal if this process is still alive, and never to another process that reuses its id.
     *
     * @param signal the name without SIG
     * @return whether the signal was sent
     */
    public boolean signal(String signal) {
        if (!isAlive()) {
            return false;
        }
        try {
            // The shell's built-in kill, because not every machine has the program.
            return new ProcessBuilder("sh", "-c", "kill -s \"$1\" \"$2\"", "kill", signal, Long.toString(pid))
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException e) {
            throw new FaultlineException("Cannot send " + signal + " to process " + pid + ": "
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
            // The program's name, in parentheses, may itself contain spaces and parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean dead = fields[STATE_FIELD].equals("Z") || fields[STATE_FIELD].equals("X");
            return dead ? Optional.empty() : Optional.of(boot() + "/" + fields[START_TIME_FIELD]);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String boot() throws IOException {
        String known = boot;
        if (known == null) {
            known = Files.readString(PROC.resolve("sys/kernel/random/boot_id")).substring(0, 8);
            boot = known;
        }
        return known;
    }
}
