package dev.faultline.acquirer.charging.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.faultline.acquirer.charging.JournalFailedException;

/** The file {@code journal.jsonl}, locked for one process at a time. */
final class JournalFile implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;
    private final FileChannel lock;

    private JournalFile(Path path, RandomAccessFile file, FileChannel lock) {
        this.path = path;
        this.file = file;
        this.lock = lock;
    }

    /**
     * @param directory created if it does not exist
     * @throws JournalFailedException if the file cannot be opened, or another process has it open
     */
    static JournalFile open(Path directory) {
        Path path = directory.resolve("journal.jsonl").toAbsolutePath();
        try {
            Files.createDirectories(directory);
            // A separate file, because closing any reader of a locked file releases the lock.
            FileChannel lock = FileChannel.open(directory.resolve("journal.lock"), CREATE, WRITE);
            if (isLocked(lock)) {
                return new JournalFile(path, new RandomAccessFile(path.toFile(), "rw"), lock);
            }
            lock.close();
        } catch (IOException e) {
            throw new JournalFailedException("cannot open the journal " + path + ": " + e.getMessage(), e);
        }
        throw new JournalFailedException("the journal " + path + " is in use by another acquirer; stop that one first,"
                + " or choose another directory");
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException lockedByThisProcess) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    JournalLines linesFrom(long position) throws IOException {
        return new JournalLines(path, position);
    }

    /** Cuts the file off at this position, and writes from there on. */
    void truncate(long size) throws IOException {
        file.setLength(size);
        file.seek(size);
        file.getFD().sync();
    }

    /** Appends, and returns when the bytes are on disk. Not interruptible, as a {@link FileChannel} would be. */
    void append(byte[] bytes) throws IOException {
        file.write(bytes);
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
        lock.close();
    }
}
