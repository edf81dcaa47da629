package dev.faultline.verification.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;

/**
 * CPU times and context switches from Linux's {@code /proc}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</a>
 */
final class ProcFs {
    /** A clock tick of user space is a hundredth of a second on every architecture that has a JDK. */
    private static final double MS_PER_TICK = 10;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    /** The kernel shortens the names of threads. */
    private static final List<String> COMPILERS = List.of("C1 CompilerThre", "C2 CompilerThre");
    /** In the first line of /proc/stat: user, nice, system, irq and softirq, but neither idle nor stolen time. */
    private static final int[] BUSY = {1, 2, 3, 6, 7};

    private final Path root;

    ProcFs() {
        this(Path.of("/proc"));
    }

    ProcFs(Path root) {
        this.root = root;
    }

    /**
     * What a process has used since it began.
     *
     * @param cpuMs           with its threads that have ended
     * @param compilerMs      the part of the JVM's compiler threads
     * @param contextSwitches voluntary and involuntary, of the threads that still exist
     */
    record Usage(double cpuMs, double compilerMs, double contextSwitches) {
        static final Usage NONE = new Usage(0, 0, 0);
    }

    /** Whether this system has a {@code /proc} with these figures. */
    boolean isAvailable() {
        return Files.exists(root.resolve("stat"));
    }

    /** CPU time that the whole machine has spent, over all processors, since it started. */
    double machineBusyMs() {
        String[] fields = read(root.resolve("stat")).orElseThrow(() -> new FaultlineException("There is no " + root
                + "/stat.")).lines().findFirst().orElse("").split(" +", -1);
        double ticks = 0;
        for (int field : BUSY) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * MS_PER_TICK;
    }

    /** Empty if the process has ended. */
    Optional<Usage> usage(long pid) {
        Path process = root.resolve(Long.toString(pid));
        return read(process.resolve("stat")).map(stat -> {
            double compilers = 0;
            double switches = 0;
            for (Path thread : threads(process)) {
                String threadStat = read(thread.resolve("stat")).orElse("");
                if (COMPILERS.contains(name(threadStat))) {
                    compilers += cpuMs(threadStat);
                }
                switches += read(thread.resolve("status")).map(ProcFs::contextSwitches).orElse(0L);
            }
            return new Usage(cpuMs(stat), compilers, switches);
        });
    }

    /** The command line; for a PostgreSQL process its title. Empty if the process has ended. */
    String commandLine(long pid) {
        return read(root.resolve(Long.toString(pid)).resolve("cmdline")).orElse("").replace('\0', ' ');
    }

    private static List<Path> threads(Path process) {
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            return threads.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** In parentheses, and may itself contain some. */
    private static String name(String stat) {
        return stat.isEmpty() ? "" : stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    }

    private static double cpuMs(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) * MS_PER_TICK;
    }

    private static long contextSwitches(String status) {
        return status.lines().filter(line -> line.contains("ctxt_switches:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip())).sum();
    }

    /** Empty if the file does not exist, or the process ended while it was read. */
    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
