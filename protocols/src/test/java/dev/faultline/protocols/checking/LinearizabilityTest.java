package dev.faultline.protocols.checking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Violation;
import dev.faultline.protocols.store.Command;
import dev.faultline.protocols.store.Command.CompareAndSet;
import dev.faultline.protocols.store.Command.Read;
import dev.faultline.protocols.store.Command.Write;
import dev.faultline.protocols.store.Register;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static final NodeId A = new NodeId(0, "A");
    private static final NodeId B = new NodeId(1, "B");
    private static final NodeId C = new NodeId(2, "C");

    private final History<Command, Integer> history = new History<>();

    private int begin(NodeId client, Command command) {
        return history.invoked(client, command.key(), command);
    }

    private void sequential(NodeId client, Command command, int result) {
        history.returned(begin(client, command), result);
    }

    private void isLinearizable() {
        assertThatCode(() -> Linearizability.check(history, Register.INSTANCE)).doesNotThrowAnyException();
    }

    private void isNotLinearizable() {
        assertThatThrownBy(() -> Linearizability.check(history, Register.INSTANCE)).isInstanceOf(Violation.class)
                .hasMessageStartingWith("linearizability");
    }

    @Test
    void acceptsNothing() {
        isLinearizable();
    }

    @Test
    void acceptsAReadOfTheLastWrite() {
        sequential(A, new Write("x", 1), 1);
        sequential(B, new Read("x"), 1);
        isLinearizable();
    }

    @Test
    void refusesAReadOfWhatWasOverwritten() {
        sequential(A, new Write("x", 1), 1);
        sequential(A, new Write("x", 2), 2);
        sequential(B, new Read("x"), 1);
        isNotLinearizable();
    }

    @Test
    void acceptsEitherValueDuringAWrite() {
        for (int seen : new int[]{0, 1}) {
            var other = new LinearizabilityTest();
            int write = other.begin(A, new Write("x", 1));
            other.sequential(B, new Read("x"), seen);
            other.history.returned(write, 1);
            other.isLinearizable();
        }
    }

    @Test
    void refusesTheOldValueAfterTheNewOneWasSeen() {
        int write = begin(A, new Write("x", 1));
        sequential(B, new Read("x"), 1);
        sequential(C, new Read("x"), 0);
        history.returned(write, 1);
        isNotLinearizable();
    }

    @Test
    void acceptsThatAPendingWriteTakesEffectLateOrNever() {
        begin(A, new Write("x", 1));
        sequential(B, new Read("x"), 0);
        isLinearizable();
        sequential(B, new Read("x"), 1);
        isLinearizable();
        sequential(B, new Read("x"), 0);
        isNotLinearizable();
    }

    @Test
    void refusesThatTwoSwapsOfTheSameValueSucceed() {
        int one = begin(A, new CompareAndSet("x", 0, 1));
        int other = begin(B, new CompareAndSet("x", 0, 2));
        history.returned(one, 1);
        history.returned(other, 2);
        isNotLinearizable();
    }

    @Test
    void judgesEachKeyByItself() {
        sequential(A, new Write("x", 1), 1);
        sequential(B, new Read("y"), 0);
        isLinearizable();
        sequential(B, new Read("x"), 0);
        isNotLinearizable();
    }

    @Test
    void refusesMoreOperationsThanItCanJudge() {
        for (int i = 0; i < 65; i++) {
            sequential(A, new Write("x", i), i);
        }
        assertThatThrownBy(() -> Linearizability.check(history, Register.INSTANCE)).isInstanceOf(
                IllegalArgumentException.class).hasMessage("65 operations on one key are more than 64");
    }

    /** Each operation takes effect at a moment between its ends, so the history is linearizable by construction. */
    @Test
    void acceptsWhatARealRegisterDid() {
        for (int seed = 0; seed < 2_000; seed++) {
            var other = new LinearizabilityTest();
            other.simulate(new Random(seed), false);
            other.isLinearizable();
        }
    }

    /** Every other read of a register that answers with the value before the last write must be noticed. */
    @Test
    void refusesWhatAStaleRegisterDid() {
        int refused = 0;
        for (int seed = 0; seed < 2_000; seed++) {
            var other = new LinearizabilityTest();
            other.simulate(new Random(seed), true);
            try {
                Linearizability.check(other.history, Register.INSTANCE);
            } catch (Violation _) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    private void simulate(Random random, boolean stale) {
        record Open(int number, Command command, boolean done, int result) {}
        var clients = new ArrayList<Open>(List.of(new Open(-1, new Read("x"), true, 0), new Open(-1, new Read("x"),
                true, 0), new Open(-1, new Read("x"), true, 0)));
        int state = 0;
        int before = 0;
        for (int step = 0; step < 60; step++) {
            int client = random.nextInt(3);
            Open open = clients.get(client);
            if (open.number < 0) {
                Command command = random.nextBoolean() ? new Read("x") : new Write("x", step);
                clients.set(client, new Open(begin(new NodeId(client, "C" + client), command), command, false, 0));
            } else if (!open.done) {
                if (open.command instanceof Write(_, int value)) {
                    before = state;
                    state = value;
                }
                boolean read = open.command instanceof Read;
                clients.set(client, new Open(open.number, open.command, true, stale && read ? before : state));
            } else {
                history.returned(open.number, open.result);
                clients.set(client, new Open(-1, open.command, true, 0));
            }
        }
    }
}
