package dev.faultline.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One build of one service, unpacked into the cluster's home.
 *
 * @param directory named after the service and the content of its jar
 */
record Application(String name, Path directory) {
    /** What the JVM is told the same way when its cache is made and when it is used, in containers too. */
    static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k",
            "-XX:ReservedCodeCacheSize=48m", "-XX:+ExitOnOutOfMemoryError", "-Xlog:disable", "-Xlog:all=error:stderr");

    boolean isTrained() {
        return Files.exists(cache());
    }

    /** The ahead-of-time cache for the JDK that runs this, and for no other. */
    Path cache() {
        return directory.resolve("jdk-" + Runtime.version().toString().replace('+', '-') + ".aot");
    }

    /** @param heap the largest heap, as in {@code 160m} */
    List<String> command(String heap) {
        return java(heap, isTrained() ? List.of("-XX:AOTCache=" + cache()) : List.of());
    }

    /** Runs as always, and when it ends leaves a cache behind of what it has loaded and learned. */
    List<String> recordingCommand(String heap, Path output) {
        return java(heap, List.of("-XX:AOTCacheOutput=" + output));
    }

    /** A dozen processes have the machine together: each that sized its pools for all of it would disturb the others. */
    private static int share() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    }

    private List<String> java(String heap, List<String> more) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.addAll(FLAGS);
        command.add("-XX:ActiveProcessorCount=" + share());
        command.addAll(more);
        command.add("-jar");
        command.add(directory.resolve(name + ".jar").toString());
        return List.copyOf(command);
    }
}
