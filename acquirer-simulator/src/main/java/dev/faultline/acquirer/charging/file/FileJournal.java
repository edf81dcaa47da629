package dev.faultline.acquirer.charging.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import dev.faultline.acquirer.charging.Journal;
import dev.faultline.acquirer.charging.JournalEntry;
import dev.faultline.acquirer.charging.JournalFailedException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The journal as one append-only file of JSON lines, {@code journal.jsonl}, owned by one process at a time.
 *
 * <p>
 * Of the threads that wait for the disk one writes and forces what all of them have appended (group commit, as in
 * DeWitt et al., "Implementation techniques for main memory database systems", 1984). After a failed force nothing is
 * written any more, as it is not known what of it is on disk: that takes a restart.
 *
 * <p>
 * A last line without its end was never acknowledged, and is cut off at the replay. Any other line that is not a
 * possible entry stops the replay. A changed digit inside an amount is not noticed: lines carry no checksum.
 */
public final class FileJournal implements Journal, AutoCloseable {
    /** Every so many entries, where their line starts is kept in memory. */
    private static final int INDEX_INTERVAL = 256;

    private final JsonMapper json = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private final Path path;
    private final RandomAccessFile file;
    private final FileChannel ownership;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final List<Long> index = new ArrayList<>();
    private List<JournalEntry> pending = new ArrayList<>();
    private boolean writing;
    private long size;
    private long durable;
    private @Nullable Throwable failure;

    private FileJournal(Path path, RandomAccessFile file, FileChannel ownership) {
        this.path = path;
        this.file = file;
        this.ownership = ownership;
    }

    /**
     * Opens the journal in this directory, which is made if there is none.
     *
     * @throws JournalFailedException if it cannot be opened, or another process has it open
     */
    public static FileJournal open(Path directory) {
        Path path = directory.resolve("journal.jsonl").toAbsolutePath();
        try {
            Files.createDirectories(directory);
            // A file of its own: closing any reader of a locked file would give the lock up.
            FileChannel ownership = FileChannel.open(directory.resolve("journal.lock"), CREATE, WRITE);
            if (locked(ownership)) {
                return new FileJournal(path, new RandomAccessFile(path.toFile(), "rw"), ownership);
            }
            ownership.close();
        } catch (IOException e) {
            throw new JournalFailedException("cannot open the journal " + path + ": " + e.getMessage(), e);
        }
        throw new JournalFailedException("the journal " + path + " is in use by another acquirer; stop that one first,"
                + " or give this one a directory of its own");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException byThisProcess) {
            return false;
        }
    }

    @Override
    public void replay(Consumer<JournalEntry> each) {
        lock.lock();
        try (var lines = new Lines(0)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                try {
                    JournalEntry entry = json.readValue(line, JournalEntry.class);
                    each.accept(entry);
                    indexed(entry.sequence(), size);
                    durable = entry.sequence();
                } catch (RuntimeException e) {
                    String why = switch (e) {
                        case JacksonException refused when refused
                                .getCause() instanceof IllegalArgumentException cause -> String
                                        .valueOf(cause.getMessage());
                        case JacksonException unreadable -> unreadable.getOriginalMessage();
                        default -> String.valueOf(e.getMessage());
                    };
                    throw new JournalFailedException("%s, line %d: %s. The journal is the truth of what was charged:"
                            .formatted(path, durable + 1, why)
                            + " restore it, or start with an empty directory", e);
                }
                size = lines.position;
            }
            file.setLength(size);
            file.seek(size);
            file.getFD().sync();
        } catch (IOException e) {
            throw new JournalFailedException("cannot read the journal " + path + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void append(JournalEntry entry) {
        lock.lock();
        try {
            failIfFailed();
            pending.add(entry);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitDurable(long sequence) {
        lock.lock();
        try {
            while (durable < sequence) {
                failIfFailed();
                if (writing) {
                    progress.awaitUninterruptibly();
                } else {
                    writePending();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held, which it gives up while the disk works. */
    private void writePending() {
        List<JournalEntry> batch = pending;
        pending = new ArrayList<>();
        writing = true;
        Throwable failed = null;
        var bytes = new ByteArrayOutputStream(batch.size() * 200);
        int[] ends = new int[batch.size()];
        lock.unlock();
        try {
            for (int i = 0; i < ends.length; i++) {
                bytes.writeBytes(json.writeValueAsBytes(batch.get(i)));
                bytes.write('\n');
                ends[i] = bytes.size();
            }
            // Not a FileChannel: that one is closed for all by the interruption of one thread.
            file.write(bytes.toByteArray());
            file.getFD().sync();
        } catch (IOException | RuntimeException | Error e) {
            failed = e;
        }
        lock.lock();
        writing = false;
        failure = failed;
        if (failed == null) {
            for (int i = 0; i < ends.length; i++) {
                indexed(batch.get(i).sequence(), size + (i == 0 ? 0 : ends[i - 1]));
            }
            size += bytes.size();
            durable = batch.getLast().sequence();
        }
        progress.signalAll();
    }

    @Override
    public List<JournalEntry> page(long after, int limit) {
        long upTo;
        long from;
        lock.lock();
        try {
            upTo = durable;
            if (after >= upTo) {
                return List.of();
            }
            from = index.get(Math.toIntExact(Math.max(after, 0) / INDEX_INTERVAL));
        } finally {
            lock.unlock();
        }
        List<JournalEntry> page = new ArrayList<>();
        try (var lines = new Lines(from)) {
            byte[] line = lines.next();
            while (line != null && page.size() < limit) {
                JournalEntry entry = json.readValue(line, JournalEntry.class);
                if (entry.sequence() > upTo) {
                    break;
                }
                if (entry.sequence() > after) {
                    page.add(entry);
                }
                line = lines.next();
            }
        } catch (IOException | JacksonException e) {
            throw new JournalFailedException("cannot read the journal " + path + ": " + e.getMessage(), e);
        }
        return page;
    }

    @Override
    public long last() {
        lock.lock();
        try {
            return durable;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a write has failed, after which nothing is charged any more. */
    public boolean failed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the file up; whoever still waits is told that the journal failed. */
    @Override
    public void close() throws IOException {
        file.close();
        ownership.close();
    }

    private void failIfFailed() {
        if (failure != null) {
            throw new JournalFailedException("the journal " + path + " cannot be written: " + failure.getMessage(),
                    failure);
        }
    }

    private void indexed(long sequence, long start) {
        if ((sequence - 1) % INDEX_INTERVAL == 0) {
            index.add(start);
        }
    }

    /** The file's complete lines from a place on. */
    private final class Lines implements AutoCloseable {
        private final InputStream in;
        /** Where the next line starts. */
        private long position;

        Lines(long position) throws IOException {
            var channel = Files.newByteChannel(path, READ).position(position);
            this.in = new BufferedInputStream(Channels.newInputStream(channel), 64 * 1024);
            this.position = position;
        }

        byte @Nullable [] next() throws IOException {
            var line = new ByteArrayOutputStream(256);
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    position += line.size() + 1;
                    return line.toByteArray();
                }
                line.write(b);
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
