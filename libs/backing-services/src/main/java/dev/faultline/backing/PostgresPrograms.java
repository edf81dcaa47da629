package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** The command lines of PostgreSQL's own programs, which are unpacked when the first is needed, for a user that may run them. */
final class PostgresPrograms {
    private final CacheDirectory cache;
    private @Nullable Path binaries;
    private @Nullable Unprivileged user;

    PostgresPrograms(CacheDirectory cache) {
        this.cache = cache;
    }

    /** The user as whom they run, who has to own their files. */
    Unprivileged user() {
        if (user == null) {
            user = Unprivileged.forThisUser(program("postgres"));
        }
        return user;
    }

    /** A server on loopback. */
    List<String> server(Path data, int port, Map<String, String> settings) {
        var all = new TreeMap<>(settings);
        all.putAll(Map.of("listen_addresses", "127.0.0.1", "port", Integer.toString(port), "unix_socket_directories",
                "", "log_line_prefix", "%m [%p] "));
        return command("postgres", List.of("-D", data.toString()), all);
    }

    /** A server that nobody can connect to, which executes its standard input on the database {@code postgres}. */
    List<String> singleUserServer(Path data, Map<String, String> settings) {
        var command = new ArrayList<>(command("postgres", List.of("--single", "-D", data.toString()), settings));
        command.add("postgres");
        return command;
    }

    /** @param passwordFile has the superuser's password */
    void initialize(Path data, String superuser, Path passwordFile) throws IOException {
        ExternalProgram.Outcome initdb = ExternalProgram.run(command("initdb", List.of("--pgdata=" + data,
                "--username=" + superuser, "--pwfile=" + passwordFile, "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale=C", "--no-instructions"), Map.of()));
        if (!initdb.succeeded()) {
            throw new IOException("initdb failed: " + initdb.output());
        }
    }

    private List<String> command(String program, List<String> arguments, Map<String, String> settings) {
        var command = new ArrayList<>(List.of(program(program).toString()));
        command.addAll(arguments);
        settings.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
        return user().command(command);
    }

    private Path program(String program) {
        if (binaries == null) {
            binaries = PostgresBinaries.unpacked(cache);
        }
        return binaries.resolve("bin").resolve(program);
    }
}
