package dev.faultline.verification.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;

/**
 * The functions of {@code chaos/targets/TARGET.sh}: the scripts and this module inject a fault in the same way. Needs bash 5.
 */
final class TargetScript {
    /** The script for k8s forwards a port of the gateway, unless it is told an address. */
    private static final String CALL = """
            set -euo pipefail
            source "$1/chaos/lib.sh"
            target=$2 results=$3
            GATEWAY_URL=none
            source "$1/chaos/targets/$2.sh"
            heal_if_it_lasts() {
              local function
              function=$(fault_function heal "$1")
              [[ -z $function ]] || "$function" "${@:2}"
            }
            "${@:4}"
            """;

    private final Path repository;
    private final String target;
    /** In which the script remembers what it must undo. */
    private final Path results;

    /** @param directory in which the script may keep files */
    TargetScript(Path repository, String target, Path directory) {
        this.repository = repository;
        this.target = target;
        this.results = directory;
    }

    /**
     * @return what the function wrote to its standard output
     * @throws FaultlineException if it fails
     */
    String call(String function, String... arguments) {
        try {
            Files.createDirectories(results);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = new ArrayList<>(List.of("bash", "-c", CALL, "prove", repository.toString(), target, results
                .toString(), function));
        command.addAll(List.of(arguments));
        try {
            return Command.run(command);
        } catch (FaultlineException e) {
            throw new FaultlineException("On " + target + ", " + function + " " + String.join(" ", arguments)
                    + " failed: " + String.valueOf(e.getMessage()).replaceFirst("^prove: ", ""), e);
        }
    }

    Stream<String> lines(String function, String... arguments) {
        return call(function, arguments).lines().filter(line -> !line.isBlank());
    }

    /** @param fault as in {@code FaultKind} */
    void inject(String fault, String node) {
        call("inject_" + fault.replace('-', '_'), node);
    }

    /** Does nothing for a fault that heals by itself. */
    void heal(String fault, String node) {
        call("heal_if_it_lasts", fault, node);
    }
}
