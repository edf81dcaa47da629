package dev.faultline.acquirer.charging.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
 * The journal as one append-only file of JSON lines, owned by one process at a time.
 *
 * <p>
 * Group commit: of the threads that wait for the disk, one writes and syncs what all of them have appended (DeWitt et al.,
 * "Implementation techniques for main memory database systems", 1984). After a failed sync nothing more is written, because
 * it is unknown what is on disk; the process has to be restarted.
 *
 * <p>
 * Replay cuts off a last line without a line feed: it was never acknowledged. Any other line that is not a possible entry
 * stops the replay. Lines have no checksum, so a changed digit inside an amount goes unnoticed.
 */
public final class FileJournal implements Journal, AutoCloseable {
    /** The position of every 256th line is kept in memory. */
    private static final int INDEX_INTERVAL = 256;

    private final JsonMapper json = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private final JournalFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final List<Long> index = new ArrayList<>();
    private List<JournalEntry> pending = new ArrayList<>();
    private boolean writing;
    private long size;
    private long durable;
    private @Nullable Throwable failure;

    private FileJournal(JournalFile file) {
        this.file = file;
    }

    /**
     * Opens the journal in this directory, which is created if it does not exist.
     *
     * @throws JournalFailedException if it cannot be opened, or another process has it open
     */
    public static FileJournal open(Path directory) {
        return new FileJournal(JournalFile.open(directory));
    }

    @Override
    public void replay(Consumer<JournalEntry> each) {
        lock.lock();
        try (var lines = file.linesFrom(0)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                try {
                    JournalEntry entry = json.readValue(line, JournalEntry.class);
                    each.accept(entry);
                    index(entry.sequence(), size);
                    durable = entry.sequence();
                } catch (RuntimeException e) {
                    String why = switch (e) {
                        case JacksonException invalid when invalid
                                .getCause() instanceof IllegalArgumentException cause -> String
                                        .valueOf(cause.getMessage());
                        case JacksonException unreadable -> unreadable.getOriginalMessage();
                        default -> String.valueOf(e.getMessage());
                    };
                    throw new JournalFailedException("%s, line %d: %s. Restore the journal,"
                            .formatted(file.path(), durable + 1, why)
                            + " or start with an empty directory", e);
                }
                size = lines.position();
            }
            file.truncate(size);
        } catch (IOException e) {
            throw new JournalFailedException("cannot read the journal " + file.path() + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void append(JournalEntry entry) {
        lock.lock();
        try {
            requireNotFailed();
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
                requireNotFailed();
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

    /** Called with the lock held; releases it during the write. */
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
            file.append(bytes.toByteArray());
        } catch (IOException | RuntimeException | Error e) {
            failed = e;
        }
        lock.lock();
        writing = false;
        failure = failed;
        if (failed == null) {
            for (int i = 0; i < ends.length; i++) {
                index(batch.get(i).sequence(), size + (i == 0 ? 0 : ends[i - 1]));
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
        try (var lines = file.linesFrom(from)) {
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
            throw new JournalFailedException("cannot read the journal " + file.path() + ": " + e.getMessage(), e);
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

    /** Whether a write has failed; nothing is charged from then on. */
    public boolean failed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the file; threads that still wait see the journal fail. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    private void requireNotFailed() {
        if (failure != null) {
            throw new JournalFailedException("the journal " + file.path() + " cannot be written: " + failure
                    .getMessage(),
                    failure);
        }
    }

    private void index(long sequence, long start) {
        if ((sequence - 1) % INDEX_INTERVAL == 0) {
            index.add(start);
        }
    }
}
