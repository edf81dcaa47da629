package dev.faultline.experiments.balancing;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Three instances, of which the third may be different: slow, or frozen, so that it accepts requests and answers none. */
public enum Scenario {
    EQUAL("three equal instances"),
    SLOW("the third is ten times slower"),
    PAUSED("the third accepts requests and does not answer");

    /** Those that the gateway is in, and another one. */
    static final List<String> ZONES = List.of("a", "b", "a");
    /** The instances, and the one that may be different. */
    public static final int INSTANCES = 3;
    public static final int THIRD = INSTANCES - 1;

    private static final Duration SERVICE_TIME = Duration.ofMillis(10);

    private final String title;

    Scenario(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** One word, where there is room for no more. */
    public String shortTitle() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What an operator who knows the instances has registered. */
    List<Integer> weights() {
        return switch (this) {
            case EQUAL -> List.of(1, 1, 2);
            case SLOW -> List.of(10, 10, 1);
            case PAUSED -> List.of(1, 1, 1);
        };
    }

    /** How an instance, from 0, handles a request. */
    Behaviour behaviour(int instance) {
        if (instance != THIRD || this == EQUAL) {
            return new Behaviour(SERVICE_TIME, false);
        }
        return this == SLOW ? new Behaviour(SERVICE_TIME.multipliedBy(10), false) : new Behaviour(SERVICE_TIME, true);
    }

    /** @param isPaused whether it answers only when it is closed */
    record Behaviour(Duration serviceTime, boolean isPaused) {
        static final Behaviour AT_ONCE = new Behaviour(Duration.ZERO, false);
    }
}
