package dev.faultline.experiments.balancing;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import dev.faultline.experiments.balancing.Scenario.Behaviour;

/** The three instances of a run, which the gateway finds through Consul. Their names are new in each run. */
final class Fleet implements AutoCloseable {
    static final String SERVICE = "inventory-service";

    private final Operator operator;
    private final List<Backend> backends = IntStream.range(0, Scenario.INSTANCES).mapToObj(_ -> new Backend()).toList();
    private final List<String> ids;

    /** Registers them without a health check: the gateway has only what it sees of them itself. */
    Fleet(Operator operator, Scenario scenario, String name) {
        this.operator = operator;
        this.ids = IntStream.rangeClosed(1, Scenario.INSTANCES).mapToObj(number -> "%s-%s-%d".formatted(SERVICE, name,
                number)).toList();
        for (int i = 0; i < Scenario.INSTANCES; i++) {
            operator.register(SERVICE, ids.get(i), backends.get(i).port(), Map.of("weight", Integer.toString(scenario
                    .weights().get(i)), "zone", Scenario.ZONES.get(i)));
        }
    }

    List<String> ids() {
        return ids;
    }

    void behave(Scenario scenario) {
        for (int i = 0; i < Scenario.INSTANCES; i++) {
            backends.get(i).behave(scenario.behaviour(i));
        }
    }

    void answerAtOnce() {
        backends.forEach(backend -> backend.behave(Behaviour.AT_ONCE));
    }

    /** Of all requests that arrived, retries too, the part of each instance; zeros if none did. */
    List<Double> shares() {
        int all = backends.stream().mapToInt(Backend::received).sum();
        return backends.stream().map(backend -> all == 0 ? 0 : (double) backend.received() / all).toList();
    }

    @Override
    public void close() {
        ids.forEach(operator::deregister);
        backends.forEach(Backend::close);
    }
}
