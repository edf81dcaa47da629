package dev.faultline.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The memory of a process and its children.
 *
 * @param residentBytes     the resident set size (RSS), in which shared pages count for each process
 * @param proportionalBytes the proportional set size (PSS), in which shared pages are divided among the processes; the RSS
 *                          on systems other than Linux
 */
public record Memory(long residentBytes, long proportionalBytes) {
    public static final Memory NONE = new Memory(0, 0);

    public Memory plus(Memory other) {
        return new Memory(residentBytes + other.residentBytes, proportionalBytes + other.proportionalBytes);
    }

    static Memory ofTree(long pid) {
        return ProcessHandle.of(pid).map(process -> Stream.concat(Stream.of(process), process.descendants())
                .map(each -> ofProcess(each.pid())).reduce(NONE, Memory::plus)).orElse(NONE);
    }

    static Memory ofProcess(long pid) {
        Path rollup = Path.of("/proc", Long.toString(pid), "smaps_rollup");
        try {
            if (Files.exists(rollup)) {
                var lines = Files.readAllLines(rollup);
                return new Memory(field("Rss:", lines.stream()), field("Pss:", lines.stream()));
            }
            var ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid)).start();
            long resident = kilobytes(new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return new Memory(resident, resident);
        } catch (IOException e) {
            // The process has exited.
            return NONE;
        }
    }

    private static long field(String name, Stream<String> lines) {
        return lines.filter(line -> line.startsWith(name)).findFirst().map(Memory::kilobytes).orElse(0L);
    }

    private static long kilobytes(String text) {
        String digits = text.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits) * 1024;
    }
}
