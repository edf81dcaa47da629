package dev.faultline.experiments.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** The state of orders is rebuilt from the replies that Kafka has kept, and compared with the platform's. */
public final class EventReplay implements Experiment {
    private static final String CONFIRMED = "CONFIRMED";
    private static final String REJECTED = "REJECTED";
    private static final int ORDERS = 30;
    private static final int AVAILABLE = 25;
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration COMPLETE = Duration.ofSeconds(30);

    @Override
    public Description description() {
        return new Description("event-replay", "Events replayed into a read model",
                "The outcome of every order can be rebuilt from the replies in Kafka alone, by whoever reads them, and a second replay changes nothing.",
                "A view that adds up what it reads, instead of storing it by order: after a second replay it must have counted everything twice.",
                List.of(new Source("Fowler, Event Sourcing, 2005",
                        "https://martinfowler.com/eaaDev/EventSourcing.html"),
                        new Source("Kreps, Questioning the Lambda Architecture, 2014",
                                "https://www.oreilly.com/radar/questioning-the-lambda-architecture/")),
                List.of("libs/contracts/src/main/java/dev/faultline/contracts/CheckoutReply.java",
                        "order-service/src/main/java/dev/faultline/order/checkout/Checkout.java",
                        "libs/messaging/src/main/java/dev/faultline/messaging/OutboxRelay.java"),
                List.of("./faultline watch shows the same events while they happen",
                        "Kafka keeps the platform's messages for three days; an order that is older cannot be rebuilt"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        String run = UUID.randomUUID().toString();
        String sku = "REPLAY-" + run.substring(0, 8).toUpperCase(Locale.ROOT);
        try (var client = new PlatformClient(lab.platform())) {
            client.putProduct(sku, "Experiment", new Money(100, "EUR"));
            client.receiveStock(sku, run, AVAILABLE);
            lab.step("%d orders for %d units; every fifth card is declined".formatted(ORDERS, AVAILABLE));
            var stored = new TreeMap<String, String>();
            for (int number = 0; number < ORDERS; number++) {
                Order order = client.place(new OrderRequest("customer-" + number, number % 5 == 4 ? "card-declined"
                        : "card-visa", List.of(new Order.Line(sku, 1))), run + "-" + number, WAIT);
                stored.put(order.id(), order.status());
            }
            if (!Polling.until(COMPLETE, () -> {
                stored.replaceAll((id, status) -> status.equals("PENDING") ? client.order(id).status() : status);
                return !stored.containsValue("PENDING");
            })) {
                throw new FaultlineException("Not every order is complete after " + COMPLETE.toSeconds() + " s.");
            }
            lab.step("reading all replies from the beginning of the topic, twice");
            var replies = new Redelivery(lab.platform().kafkaConnection(), "checkout.replies", "order-service");
            Map<String, String> byOrder = new HashMap<>();
            Map<String, Integer> addedUp = new HashMap<>();
            project(replies.messages(stored.keySet()), byOrder, addedUp);
            Map<String, String> once = Map.copyOf(byOrder);
            boolean isRightOnce = addedUp.equals(totals(stored));
            project(replies.messages(stored.keySet()), byOrder, addedUp);

            lab.observe("orders, by the platform", counts(stored).toString());
            lab.observe("orders, rebuilt from the replies", counts(once).toString());
            lab.observe("after a second replay", counts(byOrder).toString());
            lab.observe("added up, after a second replay", new TreeMap<>(addedUp).toString());
            lab.claim("every order has the same outcome in both", once.equals(stored));
            lab.claim("both outcomes occurred", new HashSet<>(stored.values()).size() == 2);
            lab.claim("a second replay changed nothing", byOrder.equals(once));
            lab.control("what was added up was right after the first replay, and is wrong after the second", isRightOnce
                    && !addedUp.equals(totals(stored)));
        }
    }

    /** Both views read the same replies, in the order of each order's own. */
    private static void project(List<ConsumerRecord<byte[], byte[]>> replies, Map<String, String> byOrder,
            Map<String, Integer> addedUp) {
        for (ConsumerRecord<byte[], byte[]> reply : replies) {
            Header type = reply.headers().lastHeader("type");
            String outcome = switch (type == null ? "" : new String(type.value(), UTF_8)) {
                case "PaymentCharged" -> CONFIRMED;
                case "StockRejected", "StockReleased" -> REJECTED;
                default -> "";
            };
            if (!outcome.isEmpty()) {
                byOrder.put(new String(reply.key(), UTF_8), outcome);
                addedUp.merge(outcome, 1, Integer::sum);
            }
        }
    }

    private static Map<String, Integer> totals(Map<String, String> statuses) {
        var totals = new HashMap<String, Integer>();
        statuses.values().forEach(status -> totals.merge(status, 1, Integer::sum));
        return totals;
    }

    private static Map<String, Long> counts(Map<String, String> statuses) {
        return statuses.values().stream().collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors
                .counting()));
    }
}
