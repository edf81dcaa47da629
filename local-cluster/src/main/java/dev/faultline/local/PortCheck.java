package dev.faultline.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;

/** Checks that ports are free, and finds the process that uses one that is not. */
final class PortCheck {
    private static final Path PROC = Path.of("/proc");

    private PortCheck() {}

    /**
     * @param nodes the node that is to listen on each port
     * @throws FaultlineException naming the first port in use, its node and, on Linux, the process that uses it
     */
    static void check(Map<Integer, String> nodes) {
        nodes.entrySet().stream().sorted(Map.Entry.comparingByKey()).filter(entry -> isTaken(entry.getKey()))
                .findFirst()
                .ifPresent(taken -> {
                    throw inUse(taken.getKey(), taken.getValue(), "choose other ports with ./faultline up --port "
                            + "N, which uses N and N+10 to N+" + Ports.LAST_OFFSET);
                });
    }

    /** @throws FaultlineException if a node cannot listen on this port */
    static void check(int port, String node) {
        if (port < 1024 || port > 65_535) {
            throw new FaultlineException("A node's port must be from 1024 to 65535; it is " + port + ".");
        }
        if (isTaken(port)) {
            throw inUse(port, node, "choose another port");
        }
    }

    private static FaultlineException inUse(int port, String node, String otherwise) {
        return new FaultlineException("Port " + port + " of " + node + " is in use" + holder(port).map(by -> " by "
                + by).orElse("") + ". Stop that process, or " + otherwise + ".");
    }

    static boolean isTaken(int port) {
        try (var socket = new ServerSocket()) {
            // A port with connections in TIME_WAIT counts as free.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** The process that listens on a port; empty if it is not visible to this user, or the system is not Linux. */
    private static Optional<String> holder(int port) {
        Set<String> sockets = Stream.of("tcp", "tcp6").map(table -> PROC.resolve("net").resolve(table))
                .filter(Files::isReadable).flatMap(PortCheck::lines).map(line -> List.of(line.strip().split("\\s+",
                        -1)))
                .filter(fields -> fields.size() > 9 && fields.get(3).equals("0A")
                        && fields.get(1).endsWith(":%04X".formatted(port)))
                .map(fields -> "socket:[" + fields.get(9) + "]").collect(Collectors.toSet());
        if (sockets.isEmpty()) {
            return Optional.empty();
        }
        return ProcessHandle.allProcesses().filter(process -> hasOpen(process.pid(), sockets)).findFirst()
                .map(process -> "process " + process.pid()
                        + process.info().commandLine().map(PortCheck::shortened).map(" (%s)"::formatted).orElse(""));
    }

    private static boolean hasOpen(long pid, Set<String> sockets) {
        try (Stream<Path> files = Files.list(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
            return files.anyMatch(file -> {
                try {
                    return sockets.contains(Files.readSymbolicLink(file).toString());
                } catch (IOException e) {
                    return false;
                }
            });
        } catch (IOException e) {
            return false;
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static String shortened(String commandLine) {
        return commandLine.length() <= 80 ? commandLine : commandLine.substring(0, 77) + "...";
    }
}
