package dev.faultline.discovery;

/**
 * A number that increases with each leadership of a role. Every write of the leader carries its token, and the store
 * rejects a token lower than the highest it has seen, so a leader that was paused past its lease cannot change
 * anything.
 *
 * @see <a href="https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">Kleppmann: How to do
 *        distributed locking, 2016</a>
 */
public record FencingToken(long number) implements Comparable<FencingToken> {

    /** @throws IllegalArgumentException if the number is not positive */
    public FencingToken {
        if (number <= 0) {
            throw new IllegalArgumentException("a fencing token must be positive: " + number);
        }
    }

    @Override
    public int compareTo(FencingToken other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
