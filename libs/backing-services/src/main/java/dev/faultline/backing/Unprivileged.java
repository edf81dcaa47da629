package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs programs without root privileges, as PostgreSQL requires. If this process is root, they run in a new user namespace,
 * where they are nobody but own root's files; if namespaces are not permitted, as the user nobody.
 */
final class Unprivileged {
    private static final List<String> NAMESPACE = List.of("unshare", "-U");
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=nobody", "--regid=nogroup",
            "--clear-groups");
    private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions.asFileAttribute(PosixFilePermissions
            .fromString("rw-------"));

    private final List<String> prefix;

    private Unprivileged(List<String> prefix) {
        this.prefix = prefix;
    }

    /** @param program tested with {@code --version} */
    static Unprivileged forThisUser(Path program) {
        if (!System.getProperty("user.name").equals("root")) {
            return new Unprivileged(List.of());
        }
        for (List<String> prefix : List.of(NAMESPACE, NOBODY)) {
            var unprivileged = new Unprivileged(prefix);
            if (ExternalProgram.onPath(prefix.getFirst()).isPresent() && unprivileged.runs(program)) {
                return unprivileged;
            }
        }
        throw new FaultlineException(
                "PostgreSQL does not run as root, and neither a user namespace (unshare -U) nor the user nobody can run "
                        + program + ". Run as another user, or set XDG_CACHE_HOME and FAULTLINE_HOME to directories"
                        + " that every user can access.");
    }

    List<String> command(List<String> command) {
        var full = new ArrayList<>(prefix);
        full.addAll(command);
        return List.copyOf(full);
    }

    /** Writes a file that only the user can read as whom the programs run; replaces it if it exists. */
    void writeSecret(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, OWNER_ONLY);
        Files.writeString(file, content);
        own(file);
    }

    /** Makes the user that the programs run as the owner of a file. */
    void own(Path file) throws IOException {
        if (prefix.equals(NOBODY)) {
            var users = file.getFileSystem().getUserPrincipalLookupService();
            Files.setOwner(file, users.lookupPrincipalByName("nobody"));
        }
    }

    /** Like {@link #own}, for a directory with its content. */
    void ownTree(Path directory) throws IOException {
        if (prefix.equals(NOBODY)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.toList()) {
                    own(file);
                }
            }
        }
    }

    private boolean runs(Path program) {
        try {
            return ExternalProgram.run(command(List.of(program.toString(), "--version"))).succeeded();
        } catch (IOException e) {
            return false;
        }
    }
}
