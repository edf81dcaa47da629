package dev.faultline.verification.history;

import java.util.stream.Stream;

import dev.faultline.verification.history.Anomaly.Kind;

/** No transaction is in doubt, and no message is in a dead-letter topic. */
final class MessageRules {
    private MessageRules() {}

    static Stream<Anomaly> of(History history) {
        return Stream.concat(
                history.inDoubt().stream().map(transaction -> new Anomaly(Kind.IN_DOUBT_TRANSACTION, transaction.gid(),
                        "is prepared in " + transaction.database() + ", neither committed nor rolled back")),
                history.deadLetters().stream().map(letter -> new Anomaly(Kind.DEAD_LETTER, letter.key(),
                        "a message is in " + letter.topic() + ": " + letter.reason())));
    }
}
