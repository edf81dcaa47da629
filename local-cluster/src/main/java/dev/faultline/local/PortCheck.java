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

/** Looks whether ports are free before anything is started on them, and if not, who has them. */
final class PortCheck {
    private static final Path PROC = Path.of("/proc");

    private PortCheck() {}

    /**
     * @param wanted who wants which port
     * @throws FaultlineException naming the first port that is taken, who wants it and, where the system tells, who has it
     */
    static void check(Map<Integer, String> wanted) {
        wanted.entrySet().stream().sorted(Map.Entry.comparingByKey()).filter(entry -> isTaken(entry.getKey()))
                .findFirst()
                .ifPresent(taken -> {
                    throw new FaultlineException("Port " + taken.getKey() + ", which " + taken.getValue()
                            + " is to listen on, is in use" + holder(taken.getKey()).map(by -> " by " + by).orElse("")
                            + ". End that, or give this cluster other ports: ./faultline up --port "
                            + "N (it takes N, and N+20 to N+" + Ports.LAST_OFFSET + ").");
                });
    }

    static boolean isTaken(int port) {
        try (var socket = new ServerSocket()) {
            // A port whose last connections are only fading away is free.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Linux only: the socket that listens there, and the process that has it open, if it is ours to see. */
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
