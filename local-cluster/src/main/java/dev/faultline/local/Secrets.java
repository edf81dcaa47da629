package dev.faultline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.OwnersFile;

/**
 * The secrets of the OAuth 2.0 clients of a cluster: one file for each, made up when the cluster is created, which only its
 * owner can read.
 */
final class Secrets {
    /** The clients that the identity service knows. */
    private static final List<String> CLIENTS = List.of("alice", "bob", "carol", "clerk", "shop", "operator",
            "payment-service");
    private static final int BYTES = 24;

    private final Path directory;

    Secrets(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** The secret of a client; empty before {@link #create}. */
    String of(String client) {
        Path file = directory.resolve(client);
        try {
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new FaultlineException("Cannot read the secret of the client " + client + ": " + e.getMessage(), e);
        }
    }

    /** Makes up the secrets that do not exist yet. */
    void create() {
        try {
            OwnersFile.createDirectory(directory);
            var random = new SecureRandom();
            for (String client : CLIENTS) {
                if (!Files.exists(directory.resolve(client))) {
                    write(directory.resolve(client), random);
                }
            }
        } catch (IOException e) {
            throw new FaultlineException("Cannot write the clients' secrets to " + directory + ": " + e.getMessage(),
                    e);
        }
    }

    private static void write(Path file, SecureRandom random) throws IOException {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        OwnersFile.write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n");
    }
}
