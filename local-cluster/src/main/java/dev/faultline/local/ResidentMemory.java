package dev.faultline.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How much memory a process and its children hold. */
final class ResidentMemory {
    private ResidentMemory() {}

    /** In bytes. Memory that processes share is counted for each: the sum is an upper bound. */
    static long of(long pid) {
        return ProcessHandle.of(pid).map(process -> Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(ResidentMemory::ofOne).sum()).orElse(0L);
    }

    private static long ofOne(ProcessHandle process) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try {
            if (Files.exists(status)) {
                return Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS:")).findFirst()
                        .map(ResidentMemory::kilobytes).orElse(0L);
            }
            var ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
            return kilobytes(new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended meanwhile.
            return 0;
        }
    }

    private static long kilobytes(String text) {
        String digits = text.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits) * 1024;
    }
}
