package dev.faultline.messaging;

/** Test messages, in a hierarchy of two levels. */
sealed interface Greeting {
    record Hello(String to, int number) implements Greeting {}

    sealed interface Farewell extends Greeting {
        record Goodbye(String to) implements Farewell {}
    }
}
