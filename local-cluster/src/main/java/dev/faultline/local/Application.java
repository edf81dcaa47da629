package dev.faultline.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A build of a service, unpacked into the cluster's home.
 *
 * @param directory named after the service and a hash of its jar
 */
record Application(String name, Path directory) {
    /** The JVM options that must be the same when a cache is created and when it is used, also in containers. */
    static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k",
            "-XX:ReservedCodeCacheSize=48m", "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable", "-Xlog:all=error:stderr");

    /**
     * It grows with what lives in it. By default a heap begins with a 64th of the machine's memory, which is its maximum here
     * on many machines, and a start fills the young generation, a third of that, before the first collection.
     */
    private static final String INITIAL_HEAP = "64m";

    boolean isTrained() {
        return Files.exists(cache());
    }

    /** The ahead-of-time cache for the current JDK. */
    Path cache() {
        return directory.resolve("jdk-" + Runtime.version().toString().replace('+', '-') + ".aot");
    }

    /** @param heap the maximum heap size, for example {@code 160m} */
    List<String> command(String heap) {
        return java(heap, isTrained() ? List.of("-XX:AOTCache=" + cache()) : List.of());
    }

    /** Like {@link #command}, and writes a cache on exit. */
    List<String> recordingCommand(String heap, Path output) {
        return java(heap, List.of("-XX:AOTCacheOutput=" + output));
    }

    /** A dozen processes share the machine, so none may size its thread pools for all of it. */
    private static int processors() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    }

    private List<String> java(String heap, List<String> more) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xms" + INITIAL_HEAP);
        command.add("-Xmx" + heap);
        command.addAll(FLAGS);
        command.add("-XX:ActiveProcessorCount=" + processors());
        command.addAll(more);
        command.add("-jar");
        command.add(directory.resolve(name + ".jar").toString());
        return List.copyOf(command);
    }
}
