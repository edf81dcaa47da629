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
 * All that is known of one node: {@code node.json}, written by who wants it to run; {@code status.json} and {@code log},
 * written by the supervisor; and {@code stopped}, which is there while the node is not to run.
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

    /** What the node is; none while nobody wants it to run. */
    public Optional<NodeSpec> spec() {
        return spec.read();
    }

    /** Makes the supervisor run the node. */
    public void writeSpec(NodeSpec wanted) throws IOException {
        Files.createDirectories(directory);
        spec.write(wanted);
    }

    /** Nobody wants the node to run any more. Its data and log stay. */
    public void forget() throws IOException {
        spec.delete();
        status.delete();
    }

    /** The last lines of its log, none if it cannot be read. */
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

    /** Whether somebody stopped the node on purpose. */
    public boolean isStopped() {
        return Files.exists(stopped());
    }

    /** Asks the supervisor to end the node and to leave it so. */
    public void stop() throws IOException {
        Files.writeString(stopped(), "");
    }

    /** Takes {@link #stop()} back. */
    public void start() throws IOException {
        Files.deleteIfExists(stopped());
    }

    private Path stopped() {
        return directory.resolve("stopped");
    }
}
