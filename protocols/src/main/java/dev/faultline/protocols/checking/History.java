package dev.faultline.protocols.checking;

import java.util.ArrayList;
import java.util.List;

import dev.faultline.protocols.schedules.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * What clients asked for and were answered, in the order in which they did and saw it.
 *
 * @param <C> commands
 * @param <R> results
 */
public final class History<C, R> {
    private final List<Operation<C, R>> operations = new ArrayList<>();
    private int events;

    /**
     * An operation on one key.
     *
     * @param invoked  the position of its beginning among all events
     * @param returned the position of its end; {@link Integer#MAX_VALUE} if it has none
     * @param result   null if it has not returned, or returned nothing
     */
    public record Operation<C, R>(NodeId client, String key, C command, int invoked, int returned,
            @Nullable R result) {

        public boolean isPending() {
            return returned == Integer.MAX_VALUE;
        }

        @Override
        public String toString() {
            return "[%d, %s] %s: %s".formatted(invoked, isPending() ? "pending" : returned, client, command)
                    + (isPending() ? "" : " gives " + result);
        }
    }

    /** @return the operation's number, for {@link #returned} */
    public int invoked(NodeId client, String key, C command) {
        operations.add(new Operation<>(client, key, command, events++, Integer.MAX_VALUE, null));
        return operations.size() - 1;
    }

    public void returned(int operation, R result) {
        Operation<C, R> invoked = operations.get(operation);
        operations.set(operation, new Operation<>(invoked.client, invoked.key, invoked.command, invoked.invoked,
                events++, result));
    }

    /** By their beginning. */
    public List<Operation<C, R>> operations() {
        return List.copyOf(operations);
    }
}
