package dev.faultline.discovery;

/**
 * A number that grows with every leadership of a role, never equal for two. Whatever the leader writes carries it, and
 * who stores refuses one that is lower than the highest it has seen: so a leader that was paused past its lease, and does
 * not know it yet, changes nothing.
 *
 * @see <a href="https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">Kleppmann: How to do
 *      distributed locking, 2016</a>
 */
public record FencingToken(long number) implements Comparable<FencingToken> {

    /** @throws IllegalArgumentException if the number is not positive */
    public FencingToken {
        if (number <= 0) {
            throw new IllegalArgumentException("a fencing token is positive, not " + number);
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
