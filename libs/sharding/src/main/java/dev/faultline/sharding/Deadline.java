package dev.faultline.sharding;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The time at which the caller of the work in progress stops waiting for it. What waits in a {@link Batcher} is not begun after
 * it, and reads of {@link Shards} by bucket end at it. Work without a caller that waits, such as the handling of a message, has none.
 *
 * @see <a href="https://grpc.io/docs/guides/deadlines/">gRPC: Deadlines</a>
 */
public final class Deadline {
    static final Deadline NONE = new Deadline(null);
    private static final Duration FOREVER = Duration.ofDays(1);
    private static final ScopedValue<Deadline> CURRENT = ScopedValue.newInstance();

    private final @Nullable Long nanoTime;

    private Deadline(@Nullable Long nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @param time from now on */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    static Deadline current() {
        return CURRENT.orElse(NONE);
    }

    /** Runs the work, whose deadline is this one and no other. */
    public <T, X extends Throwable> T call(ScopedValue.CallableOp<? extends T, X> work) throws X {
        return ScopedValue.where(CURRENT, this).call(work);
    }

    boolean exists() {
        return nanoTime != null;
    }

    boolean hasPassed() {
        return left().isNegative();
    }

    /** Negative if it has passed; longer than anything lasts if there is none. */
    Duration left() {
        return nanoTime == null ? FOREVER : Duration.ofNanos(nanoTime - System.nanoTime());
    }

    /** The later of the two. */
    Deadline or(Deadline other) {
        return left().compareTo(other.left()) >= 0 ? this : other;
    }
}
