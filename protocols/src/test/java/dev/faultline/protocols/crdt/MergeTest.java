package dev.faultline.protocols.crdt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

import dev.faultline.protocols.crdt.ObservedRemoveSet.Tagged;
import dev.faultline.protocols.schedules.NodeId;
import org.junit.jupiter.api.Test;

/** Merging is commutative, associative and idempotent, and never goes back. */
class MergeTest {
    private static final NodeId A = new NodeId(0, "A");
    private static final NodeId B = new NodeId(1, "B");
    private final Random random = new Random(1);

    private <S extends Crdt<S>> void isALeastUpperBound(S least, UnaryOperator<S> change) {
        for (int i = 0; i < 500; i++) {
            List<S> states = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                S state = least;
                for (int steps = random.nextInt(6); steps > 0; steps--) {
                    state = change.apply(state);
                }
                states.add(state);
            }
            S a = states.get(0);
            S b = states.get(1);
            S c = states.get(2);
            assertThat(a.merge(b)).isEqualTo(b.merge(a));
            assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
            assertThat(a.merge(a)).isEqualTo(a);
            assertThat(a.merge(b).merge(a)).isEqualTo(a.merge(b));
            S next = change.apply(a);
            assertThat(next.merge(a)).isEqualTo(next);
        }
    }

    @Test
    void ofCounters() {
        isALeastUpperBound(Counter.ZERO, counter -> switch (random.nextInt(4)) {
            case 0 -> counter.increment(A);
            case 1 -> counter.increment(B);
            case 2 -> counter.decrement(A);
            default -> counter.decrement(B);
        });
    }

    @Test
    void ofSets() {
        int[] number = new int[1];
        isALeastUpperBound(ObservedRemoveSet.EMPTY, set -> random.nextBoolean()
                ? set.add(new Tagged(random.nextBoolean() ? "x" : "y", A, number[0]++))
                : set.remove(random.nextBoolean() ? "x" : "y"));
    }

    @Test
    void anAdditionThatARemovalHasNotSeenWins() {
        ObservedRemoveSet common = ObservedRemoveSet.EMPTY.add(new Tagged("x", A, 1));
        assertThat(common.remove("x").elements()).isEmpty();
        assertThat(common.remove("x").merge(common).elements()).isEmpty();
        assertThat(common.remove("x").merge(common.add(new Tagged("x", B, 1))).elements()).containsExactly("x");
    }
}
