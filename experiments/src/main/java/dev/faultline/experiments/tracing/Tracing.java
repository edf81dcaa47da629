package dev.faultline.experiments.tracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.messaging.Redelivery;
import dev.faultline.experiments.tracing.Trace.Hop;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** Orders whose way through every service is read from the spans that the services export. */
public final class Tracing implements Experiment {
    private static final int ORDERS = 20;
    private static final Duration WAIT = Duration.ofSeconds(20);
    /** Services export every five seconds. */
    private static final Duration EXPORTED = Duration.ofSeconds(30);
    private static final String TOPIC = "inventory.commands";
    private static final String CONSUMERS = "inventory-service";

    @Override
    public Description description() {
        return new Description("tracing", "Distributed tracing",
                "Each of %d orders that are placed at once is one trace: from the client's own span through gateway, order-service, outbox, Kafka, inventory-service, payment-service and the acquirer, and back with the replies, every span has its cause."
                        .formatted(ORDERS),
                "A command of the first order is delivered again without the header that carries the trace: what it leads to must be missing from the order's trace, and be in one that does not say of which order it is.",
                List.of(new Source(
                        "Sigelman et al., Dapper, a Large-Scale Distributed Systems Tracing Infrastructure, 2010",
                        "https://research.google/pubs/pub36356/"), new Source("W3C, Trace Context",
                                "https://www.w3.org/TR/trace-context/"), new Source("OpenTelemetry, OTLP",
                                        "https://opentelemetry.io/docs/specs/otlp/")),
                List.of("libs/messaging/src/main/java/dev/faultline/messaging/MessageTracing.java",
                        "libs/messaging/src/main/java/dev/faultline/messaging/Envelope.java",
                        "experiments/src/main/java/dev/faultline/experiments/tracing/TraceReceiver.java"),
                List.of("docker compose --file docker-compose.yml --file docker-compose.observability.yml up: the same in Jaeger",
                        "the sampling of 0.1 in service-defaults.yml: an order whose client sends no traceparent is then one of ten that are recorded, whole or not at all"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        try (var receiver = new TraceReceiver(); var client = new PlatformClient(lab.platform())) {
            lab.step("the services are restarted, and export their spans to " + receiver.url());
            try (var _ = lab.restarted(Map.of("MANAGEMENT_TRACING_EXPORT_ENABLED", "true",
                    "MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT", receiver.url().toString(),
                    "MANAGEMENT_TRACING_SAMPLING_PROBABILITY", "1"), traced(lab.platform()))) {
                var orders = new LoadOrders(client, "experiment");
                orders.stock("", ORDERS);
                lab.step(ORDERS + " orders at once, each with a trace id that its client has chosen");
                List<Traced> placed = place(orders);
                List<Trace> traces = awaitTraces(receiver, placed);
                report(lab, placed, traces);
                control(lab, receiver, placed.getFirst(), traces.getFirst());
                lab.step("the services are restarted without export");
            }
        }
    }

    /** Every instance through which an order goes. */
    private static String[] traced(Target platform) {
        return platform.nodes().stream().map(Target.Node::name).filter(name -> name.startsWith("acquirer-simulator-")
                || (name.contains("-service-") && !name.startsWith("identity-"))).toArray(String[]::new);
    }

    /** An order, and what its client sent with it: the ids of a trace and of a span outside of the platform. */
    private record Traced(String order, String status, String trace, String origin) {}

    private static List<Traced> place(LoadOrders orders) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            return LongStream.range(0, ORDERS).mapToObj(number -> executor.submit(() -> {
                String trace = random(16);
                String origin = random(8);
                var order = orders.place(number, WAIT, Map.of("traceparent", "00-" + trace + "-" + origin + "-01"));
                return new Traced(order.id(), order.status(), trace, origin);
            })).toList().stream().map(future -> {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new FaultlineException("Interrupted.", e);
                } catch (ExecutionException e) {
                    throw new FaultlineException("An order failed: " + e.getCause(), e);
                }
            }).toList();
        }
    }

    private static String random(int bytes) {
        var random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        random[0] |= 1; // an id of zeros is none
        return HexFormat.of().formatHex(random);
    }

    /** As soon as all are whole; as they are if that does not happen. */
    private static List<Trace> awaitTraces(TraceReceiver receiver, List<Traced> placed) {
        Polling.until(EXPORTED, () -> traces(receiver, placed).stream().allMatch(Trace::isWhole));
        return traces(receiver, placed);
    }

    private static List<Trace> traces(TraceReceiver receiver, List<Traced> placed) {
        return placed.stream().map(one -> new Trace(one.origin, receiver.spans(one.trace))).toList();
    }

    private static void report(Lab lab, List<Traced> placed, List<Trace> traces) {
        long confirmed = placed.stream().filter(one -> one.status.equals("CONFIRMED")).count();
        Trace typical = traces.stream().sorted(Comparator.comparingDouble(Trace::lengthMs)).toList().get(traces.size()
                / 2);
        lab.observe("orders confirmed", confirmed + " of " + ORDERS);
        lab.observe("traces that show every hop, each caused by the one before", traces.stream().filter(
                trace -> trace.missing().isEmpty()).count() + " of " + ORDERS);
        lab.observe("spans in all of them", Integer.toString(traces.stream().mapToInt(trace -> trace.spans().size())
                .sum()));
        lab.observe("spans whose cause is missing", Integer.toString(traces.stream().mapToInt(trace -> trace.orphans()
                .size()).sum()));
        lab.observe("services in the trace of an order", Long.toString(typical.services()));
        lab.observe("an order from its first span to the end of its last, median", "%.0f ms".formatted(typical
                .lengthMs()));
        if (!typical.spans().isEmpty()) {
            lab.picture("One order",
                    "Its trace: a bar for each span, from its beginning to its end, and a dashed line from what caused it. Between a command's bar and its cause lie the outbox and Kafka.",
                    Waterfall.svg(typical));
        }
        lab.claim("all orders were confirmed", confirmed == ORDERS);
        lab.claim("each trace shows every hop, each caused by the one before: " + Trace.HOPS.stream().map(Hop::text)
                .collect(Collectors.joining(", ")), traces.stream().allMatch(trace -> trace.missing().isEmpty()));
        lab.claim("no span of theirs has lost its cause", traces.stream().allMatch(trace -> !trace.spans().isEmpty()
                && trace.orphans().isEmpty()));
    }

    private static void control(Lab lab, TraceReceiver receiver, Traced order, Trace trace) {
        lab.step("the first order's command to inventory-service is delivered again, without its header traceparent");
        Set<String> known = receiver.spans().stream().map(Span::trace).collect(Collectors.toSet());
        var redelivery = new Redelivery(lab.platform().kafkaConnection(), TOPIC, CONSUMERS);
        var commands = redelivery.messages(Set.of(order.order)).stream().filter(message -> {
            var type = message.headers().lastHeader("type");
            return type != null && new String(type.value(), UTF_8).equals("ReserveStock");
        }).limit(1).toList();
        commands.forEach(command -> command.headers().remove("traceparent"));
        redelivery.send(commands, 1);
        Polling.until(EXPORTED, () -> !strays(receiver, known).isEmpty());
        List<Span> strays = strays(receiver, known);
        Trace broken = strays.isEmpty() ? new Trace(order.origin, List.of())
                : new Trace(order.origin, receiver.spans(strays.getFirst().trace()));
        int before = trace.spans().size();
        int after = receiver.spans(order.trace).size();
        lab.observe("spans in the first order's trace, before and after the control", before + " and " + after);
        lab.observe("hops missing from the trace of the control", broken.missing().size() + " of " + Trace.HOPS.size());
        lab.control("without the header, the command's span began a trace of its own, which shows nothing of the order",
                commands.size() == 1 && strays.size() == 1 && after == before && !broken.isWhole());
    }

    /** Commands to reserve stock that nothing caused, in traces that were not known. */
    private static List<Span> strays(TraceReceiver receiver, Set<String> known) {
        return receiver.spans().stream().filter(span -> span.name().equals("ReserveStock") && span.parent().isEmpty()
                && !known.contains(span.trace())).toList();
    }
}
