package dev.faultline.protocols.checking;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.faultline.protocols.checking.History.Operation;
import dev.faultline.protocols.schedules.Violation;

/**
 * Whether a history could have come from an object that executes each operation at one moment between its beginning and its
 * end. Searches for an order of such moments, and remembers which sets of operations led to which state, so that no part of
 * the search is done twice. Keys are judged one by one: a history is linearizable if and only if that of each key is.
 *
 * @see <a href="https://doi.org/10.1006/jpdc.1993.1015">Wing, Gong: Testing and Verifying Concurrent Objects, 1993</a>
 * @see <a href="https://doi.org/10.1002/cpe.3928">Lowe: Testing for Linearizability, 2017</a>
 * @see <a href="https://doi.org/10.1145/78969.78972">Herlihy, Wing: Linearizability, 1990 (locality: theorem 1)</a>
 */
public final class Linearizability<S, C, R> {
    private static final int MOST_OPERATIONS = Long.SIZE;

    private final SequentialObject<S, C, R> object;
    private final List<Operation<C, R>> operations;
    private final long returned;
    private final Set<Configuration<S>> visited = new HashSet<>();

    /** @param done a bit for each operation that has taken effect */
    private record Configuration<S>(long done, S state) {}

    private Linearizability(SequentialObject<S, C, R> object, List<Operation<C, R>> operations) {
        if (operations.size() > MOST_OPERATIONS) {
            throw new IllegalArgumentException("%d operations on one key are more than %d".formatted(operations.size(),
                    MOST_OPERATIONS));
        }
        this.object = object;
        this.operations = operations;
        long ended = 0;
        for (int i = 0; i < operations.size(); i++) {
            if (!operations.get(i).isPending()) {
                ended |= 1L << i;
            }
        }
        this.returned = ended;
    }

    /**
     * @throws Violation                if the history is not linearizable
     * @throws IllegalArgumentException if a key has more than 64 operations
     */
    public static <S, C, R> void check(History<C, R> history, SequentialObject<S, C, R> object) {
        var byKey = history.operations().stream().collect(Collectors.groupingBy(Operation::key, TreeMap::new,
                Collectors.toList()));
        byKey.forEach((key, operations) -> {
            if (!new Linearizability<>(object, operations).search(0, object.initial())) {
                throw new Violation("linearizability", "no order explains what clients saw of " + key + ": "
                        + operations.stream().map(Operation::toString).collect(Collectors.joining("; ")));
            }
        });
    }

    /** Whether those that are not done can be ordered from this state on. Pending operations may never take effect. */
    private boolean search(long done, S state) {
        if ((done & returned) == returned) {
            return true;
        }
        if (!visited.add(new Configuration<>(done, state))) {
            return false;
        }
        int firstReturn = firstReturn(done);
        for (int i = 0; i < operations.size(); i++) {
            Operation<C, R> operation = operations.get(i);
            if ((done & 1L << i) == 0 && operation.invoked() < firstReturn
                    && (operation.isPending() || Objects.equals(operation.result(), object.result(state, operation
                            .command())))
                    && search(done | 1L << i, object.after(state, operation.command()))) {
                return true;
            }
        }
        return false;
    }

    /** Whatever begins after this comes later than an operation that is not done. */
    private int firstReturn(long done) {
        int first = Integer.MAX_VALUE;
        for (int i = 0; i < operations.size(); i++) {
            if ((done & 1L << i) == 0) {
                first = Math.min(first, operations.get(i).returned());
            }
        }
        return first;
    }
}
