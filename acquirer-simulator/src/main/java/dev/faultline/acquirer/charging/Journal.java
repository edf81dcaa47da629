package dev.faultline.acquirer.charging;

import java.util.List;
import java.util.function.Consumer;

/** The truth of what was charged, in order. Safe for use by many threads. */
public interface Journal {
    /**
     * Hands over all entries in order; to be called once, before anything else.
     *
     * @param each throws {@link IllegalArgumentException} for an entry that cannot be, which ends the replay
     */
    void replay(Consumer<JournalEntry> each);

    /**
     * Appends after all entries appended before, without waiting for the disk.
     *
     * @throws JournalFailedException if the journal cannot be written any more
     */
    void append(JournalEntry entry);

    /**
     * Waits until all entries up to this one are on disk.
     *
     * @throws JournalFailedException if they could not be written: whether they are there is not known
     */
    void awaitDurable(long sequence);

    /** Entries on disk after the given sequence number, in order, at most {@code limit}. */
    List<JournalEntry> page(long after, int limit);

    /** The sequence number of the last entry on disk; 0 if there is none. */
    long last();
}
