package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Copies the data directory of a running server on this machine. The embedded binaries have no pg_basebackup; this is the
 * low-level API that it uses as well.
 *
 * @see <a href="https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">Making a Base Backup
 *      Using the Low Level API</a>
 */
final class BaseBackup {
    private static final Path CONTROL_FILE = Path.of("global", "pg_control");
    /** Copied as empty directories: the server creates their content, or receives it from its primary. */
    private static final Set<String> EMPTY = Set.of("pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial",
            "pg_snapshots", "pg_stat_tmp", "pg_subtrans", "pgsql_tmp");
    private static final Set<String> OMITTED = Set.of("postmaster.pid", "postmaster.opts", "postgresql.auto.conf.tmp",
            "pg_internal.init", "backup_label", "tablespace_map", "standby.signal");

    private BaseBackup() {}

    /**
     * @param superuser a connection to the server, which takes an immediate checkpoint
     * @param from      the server's data directory
     * @param to        an empty directory
     */
    static void copy(Connection superuser, Path from, Path to) throws SQLException, IOException {
        try (Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_backup_start('faultline', fast => true)");
            copyFiles(from, to);
            // Last, so that it is not older than any file.
            Files.copy(from.resolve(CONTROL_FILE), to.resolve(CONTROL_FILE));
            try (ResultSet stopped = statement.executeQuery(
                    "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)")) {
                stopped.next();
                Files.writeString(to.resolve("backup_label"), stopped.getString(1));
            }
        }
    }

    private static void copyFiles(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path copy = to.resolve(from.relativize(directory));
                if (!copy.equals(to)) {
                    Files.createDirectory(copy);
                }
                return EMPTY.contains(directory.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path relative = from.relativize(file);
                if (!OMITTED.contains(file.getFileName().toString()) && !relative.equals(CONTROL_FILE)) {
                    try {
                        Files.copy(file, to.resolve(relative));
                    } catch (NoSuchFileException e) {
                        // The server deleted it after the backup began, and the log says so.
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
