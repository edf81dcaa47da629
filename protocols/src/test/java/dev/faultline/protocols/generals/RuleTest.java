package dev.faultline.protocols.generals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class RuleTest {

    /** All rules for up to eight messages by which both attack if all arrive, and the second one not if none does. */
    @Test
    void thereIsAMessageToLoseForEveryRule() {
        int rules = 0;
        for (int messages = 1; messages <= 8; messages++) {
            for (List<Boolean> first : tables(messages / 2)) {
                for (List<Boolean> second : tables((messages + 1) / 2)) {
                    if (!second.getFirst()) {
                        var rule = new Rule(messages, first, second);
                        int arrived = rule.messageToLose() - 1;
                        assertThat(arrived).isLessThan(messages);
                        assertThat(rule.attacks(true, arrived / 2)).isNotEqualTo(rule.attacks(false, (arrived + 1)
                                / 2));
                        rules++;
                    }
                }
            }
        }
        assertThat(rules).isEqualTo(1 + 2 + 4 + 8 + 16 + 32 + 64 + 128);
    }

    private static List<List<Boolean>> tables(int most) {
        return IntStream.range(0, 1 << most).mapToObj(bits -> IntStream.rangeClosed(0, most).mapToObj(
                received -> received == most || ((bits >> received) & 1) == 1).toList()).toList();
    }
}
