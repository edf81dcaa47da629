package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Files with secrets, in directories that only their owner can enter. */
public final class OwnersFile {
    private static final FileAttribute<?> DIRECTORY = PosixFilePermissions.asFileAttribute(PosixFilePermissions
            .fromString("rwx------"));
    private static final FileAttribute<?> FILE = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(
            "rw-------"));

    private OwnersFile() {}

    public static void createDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, DIRECTORY);
    }

    /** Under its name, a file is complete: one that is interrupted leaves what was there. */
    public static void write(Path file, String content) throws IOException {
        Path written = Files.createTempFile(file.resolveSibling(""), "new", "", FILE);
        Files.writeString(written, content);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
