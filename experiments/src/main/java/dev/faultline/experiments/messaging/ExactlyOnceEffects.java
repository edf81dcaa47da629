package dev.faultline.experiments.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.ConsistencyClient;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.history.History;
import dev.faultline.verification.reading.HistoryReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Every request is sent several times at once, and every command is delivered again. */
public final class ExactlyOnceEffects implements Experiment {
    private static final int ORDERS = 20;
    private static final int TIMES = 4;
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration QUIESCENCE = Duration.ofSeconds(30);

    @Override
    public Description description() {
        return new Description("exactly-once-effects", "Delivered at least once, with effects exactly once",
                "Orders that are sent %d times at once with the same idempotency key, and whose commands are delivered %d times, take their stock once and their money once."
                        .formatted(TIMES, TIMES),
                "The same requests without a key: they must become %d orders each. And a consumer that applies every command it receives, counted on the same messages: it must take %d times the stock."
                        .formatted(TIMES, TIMES),
                List.of(new Source("Saltzer, Reed, Clark, End-to-End Arguments in System Design, 1984",
                        "https://doi.org/10.1145/357401.357402"), new Source(
                                "Helland, Idempotence Is Not a Medical Condition, 2012",
                                "https://doi.org/10.1145/2181796.2187821")),
                List.of("inventory-service/src/main/java/dev/faultline/inventory/reservation/jdbc/JdbcReservations.java",
                        "docs/decisions/0010-natural-idempotence.md",
                        "docs/decisions/0005-idempotency-keys-belong-to-customers.md"),
                List.of("mvn -pl simulation -am test -Dtest=ProtectionsTest: each protection removed, and what breaks",
                        "./faultline dead-letters replay --again sends a message twice by hand"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        String run = UUID.randomUUID().toString();
        try (var client = new PlatformClient(platform); var reader = new ConsistencyClient(platform)) {
            String sku = stocked(client, run);
            lab.step("%d orders, each sent %d times at once with its key".formatted(ORDERS, TIMES));
            Set<String> keyed = place(client, sku, (order, _) -> run + "-" + order);
            String control = stocked(client, run + "-control");
            lab.step("the same without a key in common");
            Set<String> unkeyed = place(client, control, (order, time) -> run + "-" + order + "-" + time);
            awaitQuiescence(platform);

            lab.step("every command of the first is delivered %d times more".formatted(TIMES - 1));
            int deliveries = 0;
            long once = 0;
            long reservations = 0;
            for (Map.Entry<String, String> consumers : Map.of("inventory.commands", "inventory-service",
                    "payment.commands", "payment-service").entrySet()) {
                var redelivery = new Redelivery(platform.kafkaConnection(), consumers.getKey(), consumers
                        .getValue());
                var messages = redelivery.messages(keyed);
                once += reservations(messages);
                redelivery.send(messages, TIMES - 1);
                deliveries += messages.size() * (TIMES - 1);
                reservations += reservations(redelivery.messages(keyed));
            }
            History history = awaitQuiescence(platform).read();

            long taken = ORDERS * (long) TIMES - available(reader, sku);
            long charges = history.acquirer().stream().filter(entry -> entry.kind().equals("CHARGED") && keyed.contains(
                    entry.order())).count();
            lab.observe("orders from %d requests with a key".formatted(ORDERS * TIMES), "" + keyed.size());
            lab.observe("orders from %d requests without".formatted(ORDERS * TIMES), "" + unkeyed.size());
            lab.observe("commands delivered again", "" + deliveries);
            lab.observe("units of stock taken", "" + taken);
            lab.observe("charges in the acquirer's journal", "" + charges);
            lab.observe("commands to reserve stock, before and after", once + " and " + reservations);
            lab.picture("Effects of %d orders, each requested and delivered %d times".formatted(ORDERS, TIMES),
                    "In grey: the controls.", BarChart.svg(List.of(new BarChart.Group("orders", List.of(bar(
                            "with a key",
                            keyed.size(), false), bar("without", unkeyed.size(), true))), new BarChart.Group("stock",
                                    List
                                            .of(bar("taken", taken, false), bar("taken by applying every command",
                                                    reservations,
                                                    true))), new BarChart.Group("money", List.of(bar("charges", charges,
                                                            false))))));
            lab.claim("requests with the same key were one order", keyed.size() == ORDERS);
            lab.claim("each order took its stock once", taken == ORDERS);
            lab.claim("each order was charged once", charges == ORDERS);
            lab.control("without a key, %d orders became %d".formatted(ORDERS, unkeyed.size()), unkeyed.size() == ORDERS
                    * TIMES);
            lab.control("a consumer that applies every command would have taken %d units".formatted(reservations),
                    once == ORDERS && reservations > ORDERS);
        }
    }

    /** The units that a consumer takes who applies each of them. */
    private static long reservations(List<ConsumerRecord<byte[], byte[]>> commands) {
        return commands.stream().map(command -> command.headers().lastHeader("type")).filter(type -> type != null
                && new String(type.value(), UTF_8).equals("ReserveStock")).count();
    }

    private static BarChart.Bar bar(String label, long value, boolean isControl) {
        return new BarChart.Bar(label, value, "" + value, isControl ? "var(--rule)" : "var(--blue)");
    }

    /** A product with as much stock as all requests would take together. */
    private static String stocked(PlatformClient client, String sku) {
        String name = "ONCE-" + sku.substring(0, 8).toUpperCase(Locale.ROOT) + (sku.endsWith("control") ? "-C" : "");
        client.putProduct(name, "Experiment", new Money(100, "EUR"));
        client.receiveStock(name, sku, ORDERS * TIMES);
        return name;
    }

    private interface Keys {
        String of(int order, int time);
    }

    /** @return the ids of the orders that came of it */
    private static Set<String> place(PlatformClient client, String sku, Keys keys) {
        Set<String> ids = ConcurrentHashMap.newKeySet();
        IntFunction<OrderRequest> request = order -> new OrderRequest("customer-" + order, "card-visa", List.of(
                new Order.Line(sku, 1)));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var sent = new ArrayList<Future<?>>();
            for (int order = 0; order < ORDERS; order++) {
                for (int time = 0; time < TIMES; time++) {
                    String key = keys.of(order, time);
                    OrderRequest body = request.apply(order);
                    sent.add(executor.submit(() -> ids.add(client.place(body, key, WAIT).id())));
                }
            }
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new FaultlineException("An order was not placed. " + (e.getCause() instanceof FaultlineException cause
                    ? cause.getMessage() : e.toString()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
        return ids;
    }

    private static HistoryReader awaitQuiescence(Target platform) {
        var reader = new HistoryReader(platform);
        if (reader.awaitQuiescence(QUIESCENCE, _ -> {}).isEmpty()) {
            throw new FaultlineException("After " + QUIESCENCE.toSeconds() + " s, " + reader.inFlight()
                    + " checkouts are still in flight.");
        }
        return reader;
    }

    private static long available(ConsistencyClient reader, String sku) {
        return reader.get("/api/stock/" + sku, "strong").json().path("available").asLong();
    }
}
