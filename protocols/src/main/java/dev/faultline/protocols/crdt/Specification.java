package dev.faultline.protocols.crdt;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the types must come to, out of nothing but the changes and which of them each change could have seen.
 *
 * @see <a href="https://doi.org/10.1145/2535838.2535848">Burckhardt et al.: Replicated Data Types: Specification, Verification,
 *      Optimality, 2014</a>
 */
final class Specification {
    private final Map<Change, Set<Change>> seen = new HashMap<>();

    /** @param before the changes that the replica had seen */
    void changed(Change change, Set<Change> before) {
        seen.put(change, Set.copyOf(before));
    }

    /** Every increment and decrement counts once. */
    int counter() {
        return seen.keySet().stream().mapToInt(change -> switch (change) {
            case Change.Increment _ -> 1;
            case Change.Decrement _ -> -1;
            case Change.Add _,Change.Remove _ -> 0;
        }).sum();
    }

    /** An element is there if it was added, and no removal of it has seen that addition. */
    SortedSet<String> set() {
        List<Change.Remove> removals = seen.keySet().stream().filter(Change.Remove.class::isInstance).map(
                Change.Remove.class::cast).toList();
        return seen.keySet().stream().filter(Change.Add.class::isInstance).map(Change.Add.class::cast).filter(
                add -> removals.stream().noneMatch(remove -> remove.element().equals(add.element()) && seen
                        .getOrDefault(remove, new LinkedHashSet<>()).contains(add)))
                .map(Change.Add::element)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
