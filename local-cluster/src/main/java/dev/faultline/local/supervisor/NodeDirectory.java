package dev.faultline.local.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a node: {@code node.json}, its specification; {@code status.json} and {@code log}, written by the
 * supervisor; {@code stopped}, which exists while the user wants the node stopped; and {@code fenced}, which exists while
 * it must not run.
 */
public final class NodeDirectory {
    private final Path directory;
    private final JsonFile<NodeSpec> spec;
    private final JsonFile<NodeStatus> status;

    public NodeDirectory(Path directory) {
        this.directory = directory;
        this.spec = new JsonFile<>(directory.resolve("node.json"), NodeSpec.class);
        this.status = new JsonFile<>(directory.resolve("status.json"), NodeStatus.class);
    }

    public String name() {
        return String.valueOf(directory.getFileName());
    }

    public Path log() {
        return directory.resolve("log");
    }

    /** Empty if the node is not deployed. */
    public Optional<NodeSpec> spec() {
        return spec.read();
    }

    /** Makes the supervisor run the node. */
    public void deploy(NodeSpec changed) throws IOException {
        Files.createDirectories(directory);
        spec.write(changed);
    }

    /** Undoes {@link #deploy}; keeps the node's data and log. */
    public void undeploy() throws IOException {
        spec.delete();
        status.delete();
    }

    /** The last lines of the log; empty if it cannot be read. */
    public List<String> logEnd(int lines) {
        try (Stream<String> all = Files.lines(log(), StandardCharsets.UTF_8)) {
            var last = new ArrayDeque<String>();
            all.forEach(line -> {
                last.add(line);
                if (last.size() > lines) {
                    last.remove();
                }
            });
            return List.copyOf(last);
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    public Optional<NodeStatus> status() {
        return status.read();
    }

    public boolean isReady() {
        return status().filter(known -> known.state() == NodeState.READY).isPresent();
    }

    void writeStatus(NodeStatus changed) throws IOException {
        status.write(changed);
    }

    /** Whether the user stopped the node. */
    public boolean isStopped() {
        return Files.exists(stopped());
    }

    /** Makes the supervisor stop the node. */
    public void stop() throws IOException {
        Files.writeString(stopped(), "");
    }

    /** Undoes {@link #stop()}. */
    public void start() throws IOException {
        Files.deleteIfExists(stopped());
    }

    /** Whether the node may not run, whatever the user wants. */
    public boolean isFenced() {
        return Files.exists(fenced());
    }

    /** Makes the supervisor stop the node, and not start it before {@link #release}. */
    public void fence() throws IOException {
        Files.writeString(fenced(), "");
    }

    /** Undoes {@link #fence()}. */
    public void release() throws IOException {
        Files.deleteIfExists(fenced());
    }

    private Path fenced() {
        return directory.resolve("fenced");
    }

    private Path stopped() {
        return directory.resolve("stopped");
    }
}
