package dev.faultline.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a process and its children hold of the machine's memory.
 *
 * @param residentBytes     each process's resident pages; those that several share are counted for each
 * @param proportionalBytes the same, but shared pages are divided among those that share them, so that sums are true;
 *                          where the system does not tell (it does on Linux), as {@code residentBytes}
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
            // It ended meanwhile.
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
