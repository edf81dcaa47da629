package dev.faultline.protocols.generals;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

import dev.faultline.protocols.schedules.Schedule;

/**
 * How the generals decide: by what they have received of a given number of messages, which they send in turn. Every
 * deterministic way to decide is such a table.
 *
 * @param first  whether the first general attacks, by how many messages it has received
 * @param second whether the second one does
 */
record Rule(int messages, List<Boolean> first, List<Boolean> second) {

    /** Any rule that is of use: both attack if all messages arrive, and the second one not without having heard of it. */
    static Rule draw(Schedule schedule) {
        int messages = schedule.between(1, 10);
        List<Boolean> first = table(messages / 2, _ -> schedule.chance(0.5));
        List<Boolean> second = table((messages + 1) / 2, received -> received > 0 && schedule.chance(0.5));
        return new Rule(messages, first, second);
    }

    /** Attack if all messages have arrived that one can get. */
    static Rule cautious(int messages) {
        return new Rule(messages, table(messages / 2, _ -> false), table((messages + 1) / 2, _ -> false));
    }

    /** @param most how many messages one can get; then it attacks */
    private static List<Boolean> table(int most, IntPredicate attacks) {
        return IntStream.rangeClosed(0, most).mapToObj(received -> received == most || attacks.test(received)).toList();
    }

    boolean attacks(boolean isFirst, int received) {
        return isFirst ? first.get(received) : second.get(received);
    }

    /**
     * Which message to lose so that one attacks alone. There always is one. Both attack if all messages arrive, and the second
     * does not if none does. Between the two, lose one message more at a time, the last one first: its sender cannot tell, and
     * does the same, so only one general at a time can change its mind. When the first one does, they differ.
     *
     * @return the number of the message, from 1
     */
    int messageToLose() {
        return 1 + IntStream.range(0, messages).filter(arrived -> attacks(true, arrived / 2) != attacks(false, (arrived
                + 1) / 2)).findFirst().orElse(messages);
    }
}
