package dev.faultline.protocols.generals;

import java.util.function.BiConsumer;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;

/**
 * A general on one of two hills. The first one proposes to attack; each confirms what it receives, and confirms confirmations, up
 * to an agreed number of messages.
 *
 * @see <a href="https://doi.org/10.1007/3-540-08755-9_9">Gray: Notes on Data Base Operating Systems, 1978 ("The
 *      generals paradox")</a>
 */
final class General implements Node<General.Messenger, General.Timer> {
    private static final int DAWN_MS = 20_000;

    enum Timer {
        DAWN
    }

    /** @param number of the message, of which messengers carry copies */
    record Messenger(int number) {
        @Override
        public String toString() {
            return number == 1 ? "1: let us attack" : number + ": I got " + (number - 1);
        }
    }

    private final Host<Messenger, Timer> host;
    private final boolean isFirst;
    private final NodeId other;
    private final Rule rule;
    private final int copies;
    private final BiConsumer<NodeId, Boolean> decided;
    private int received;
    private int last;

    /**
     * @param copies  how many messengers carry each message
     * @param decided hears whether it attacks
     */
    General(Host<Messenger, Timer> host, boolean isFirst, NodeId other, Rule rule, int copies,
            BiConsumer<NodeId, Boolean> decided) {
        this.host = host;
        this.isFirst = isFirst;
        this.other = other;
        this.rule = rule;
        this.copies = copies;
        this.decided = decided;
    }

    @Override
    public void onStart() {
        if (isFirst) {
            send(1);
        }
        host.setTimer(Timer.DAWN, DAWN_MS);
    }

    private void send(int number) {
        for (int i = 0; i < copies; i++) {
            host.send(other, new Messenger(number));
        }
    }

    @Override
    public void onMessage(NodeId from, Messenger message) {
        if (message.number() > last) {
            last = message.number();
            received++;
            if (last < rule.messages()) {
                send(last + 1);
            }
        }
    }

    @Override
    public void onTimer(Timer timer) {
        boolean attacks = rule.attacks(isFirst, received);
        host.decide(attacks ? "attacks" : "stays", "with %d received".formatted(received));
        decided.accept(host.self(), attacks);
    }
}
