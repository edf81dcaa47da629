package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * PostgreSQL refuses to run as root. Where this process is root, programs run in a user namespace of their own, in
 * which they are nobody but still own root's files; where namespaces are forbidden, they run as the user nobody.
 */
final class Unprivileged {
    private static final List<String> NAMESPACE = List.of("unshare", "-U");
    private static final List<String> NOBODY = List.of("setpriv", "--reuid=nobody", "--regid=nogroup",
            "--clear-groups");

    private final List<String> prefix;

    private Unprivileged(List<String> prefix) {
        this.prefix = prefix;
    }

    /** @param program what is going to be run, tried with {@code --version} */
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
                "PostgreSQL does not run as root, and here neither a user namespace (unshare -U) nor"
                        + " the user nobody can run " + program + ". Run as an ordinary user, or set XDG_CACHE_HOME and"
                        + " FAULTLINE_HOME to directories below one that every user may enter.");
    }

    List<String> command(List<String> command) {
        var full = new ArrayList<>(prefix);
        full.addAll(command);
        return List.copyOf(full);
    }

    /** Gives a file to the user that the programs run as. */
    void own(Path file) throws IOException {
        if (prefix.equals(NOBODY)) {
            var users = file.getFileSystem().getUserPrincipalLookupService();
            Files.setOwner(file, users.lookupPrincipalByName("nobody"));
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
