package dev.faultline.acquirer.charging;

import java.util.List;
import java.util.function.Consumer;

/** The record of every charge, in order. Thread-safe. */
public interface Journal {
    /**
     * Passes all entries in order; called once, before any other method.
     *
     * @param each throws {@link IllegalArgumentException} for an inconsistent entry, which ends the replay
     */
    void replay(Consumer<JournalEntry> each);

    /**
     * Appends after all entries appended before, without waiting for the disk.
     *
     * @throws JournalFailedException if the journal cannot be written
     */
    void append(JournalEntry entry);

    /**
     * Waits until all entries up to this one are on disk.
     *
     * @throws JournalFailedException if they could not be written; it is unknown whether they are on disk
     */
    void awaitDurable(long sequence);

    /** Entries on disk after the given sequence number, in order, at most {@code limit}. */
    List<JournalEntry> page(long after, int limit);

    /** The sequence number of the last entry on disk; 0 if there is none. */
    long last();
}
