package dev.faultline.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A file that only its owner can read, and that is replaced as a whole. */
final class PrivateFile {
    private final Path path;

    PrivateFile(Path path) {
        this.path = path;
    }

    Optional<String> read() {
        try {
            return Optional.of(Files.readString(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    void write(String content) {
        try {
            Files.createDirectories(path.resolveSibling(""));
            Path written = Files.createTempFile(path.resolveSibling(""), "new", ".json", PosixFilePermissions
                    .asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(written, content);
            Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }
}
