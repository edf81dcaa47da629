package dev.faultline.experiments.time;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Nodes;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.messaging.Redelivery;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The clock of one instance is an hour ahead, and of another one an hour behind. */
public final class MovedClock implements Experiment {
    private static final String AHEAD = "order-service-1";
    private static final String BEHIND = "payment-service-1";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int PER_SECOND = 8;
    private static final Duration LENGTH = Duration.ofSeconds(12);
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final int IN_SEQUENCE = 24;
    private static final int STOCK = 1_000;

    @Override
    public Description description() {
        return new Description("moved-clock", "There is no global clock",
                "The clock of %s is an hour ahead and that of %s an hour behind. No request fails and no token is refused, no checkout misses its deadline or is given up early, and a customer's orders are listed in the order in which they were placed."
                        .formatted(AHEAD, BEHIND),
                "The same orders by the times that the two instances' own clocks stamped on their messages, as if each were a write and the latest time won: acknowledged writes must be lost.",
                List.of(new Source("Lamport, Time, Clocks, and the Ordering of Events in a Distributed System, 1978",
                        "https://doi.org/10.1145/359545.359563"), new Source(
                                "Cristian, Probabilistic Clock Synchronization, 1989",
                                "https://doi.org/10.1007/BF01784024"), new Source(
                                        "Corbett et al., Spanner: Google's Globally Distributed Database, 2012",
                                        "https://research.google/pubs/pub39966/")),
                List.of("libs/service-defaults/src/main/java/dev/faultline/service/time/CorrectedClock.java",
                        "libs/service-defaults/src/main/java/dev/faultline/service/security/Issuer.java",
                        "order-service/src/main/java/dev/faultline/order/ordering/jdbc/ShardTime.java",
                        "order-service/src/main/java/dev/faultline/order/checkout/jdbc/JdbcOverdueCheckouts.java"),
                List.of("FAULTLINE_CLOCK_OFFSET=-1h ./faultline up: all services an hour behind the databases and behind nobody else",
                        "new OrderIds(clock, …) in OrderServiceConfiguration.java: without the correction the list of orders is wrong for an hour"));
    }

    @Override
    public Stage stage() {
        return Stage.PLATFORM;
    }

    @Override
    public void run(Lab lab) {
        Target platform = lab.platform();
        try (var client = new PlatformClient(platform); var nodes = new Nodes(platform)) {
            var orders = new LoadOrders(client, "experiment");
            orders.stock("", STOCK);
            lab.step(AHEAD + " is restarted with a clock that is an hour ahead, " + BEHIND
                    + " with one that is an hour behind");
            try (var _ = lab.restarted(Map.of("FAULTLINE_CLOCK_OFFSET", HOUR.toString()), AHEAD);
                    var _ = lab.restarted(Map.of("FAULTLINE_CLOCK_OFFSET", HOUR.negated().toString()), BEHIND)) {
                traffic(lab, client, nodes, orders);
                sequence(lab, client);
                lab.step("both are restarted with the system's clock");
            }
        }
    }

    /** Tokens and deadlines. */
    private static void traffic(Lab lab, PlatformClient client, Nodes nodes, LoadOrders orders) {
        String read = orders.place(0, WAIT).id();
        Polling.until(WAIT, () -> isPaid(client, read));
        double redriven = redriven(nodes);
        lab.step("%d requests a second through the gateway: orders, and reads of orders and payments".formatted(
                PER_SECOND));
        List<Request> requests = Traffic.start(PER_SECOND, LENGTH, number -> {
            switch ((int) (number % 4)) {
                case 0, 1 -> client.order(read);
                case 2 -> client.payment(read);
                default -> {
                    if (!orders.place(number, WAIT).status().equals("CONFIRMED")) {
                        throw new FaultlineException("not confirmed within " + WAIT.toSeconds() + " s");
                    }
                }
            }
        }).await();
        double byAhead = nodes.metric(AHEAD, "http_server_requests_seconds_count", "uri=\"/api/orders", "status=\"2");
        double byBehind = nodes.metric(BEHIND, "http_server_requests_seconds_count", "uri=\"/api/payments",
                "status=\"2");
        double refused = nodes.metric(AHEAD, "http_server_requests_seconds_count", "status=\"401\"") + nodes.metric(
                BEHIND, "http_server_requests_seconds_count", "status=\"401\"");
        double again = redriven(nodes) - redriven;
        lab.observe("requests, and how many failed", requests.size() + ", " + Traffic.failed(requests));
        lab.observe("answered by " + AHEAD + ", an hour ahead", "%.0f".formatted(byAhead));
        lab.observe("answered by " + BEHIND + ", an hour behind", "%.0f".formatted(byBehind));
        lab.observe("tokens that they refused", "%.0f".formatted(refused));
        lab.observe("commands that were sent again because of a deadline", "%.0f".formatted(again));
        lab.picture("Requests", "Each dot is a request, by when it was due and how long it took; in red, what failed.",
                TrafficChart.svg(requests, List.of()));
        lab.claim("no request failed", Traffic.failed(requests) == 0);
        lab.claim("both instances answered, and refused no token", byAhead > 0 && byBehind > 0 && refused == 0);
        lab.claim("no checkout missed a deadline", again == 0);
    }

    private static boolean isPaid(PlatformClient client, String order) {
        try {
            client.payment(order);
            return true;
        } catch (FaultlineException e) {
            return false;
        }
    }

    private static double redriven(Nodes nodes) {
        return nodes.metric(AHEAD, "faultline_checkout_redrives_total") + nodes.metric("order-service-2",
                "faultline_checkout_redrives_total");
    }

    /** The order of events. */
    private static void sequence(Lab lab, PlatformClient client) {
        String customer = "moved-clock-" + UUID.randomUUID().toString().substring(0, 8);
        lab.step("%d orders of one customer, each placed after the one before was acknowledged".formatted(IN_SEQUENCE));
        var placed = new ArrayList<Order>();
        for (int i = 0; i < IN_SEQUENCE; i++) {
            placed.add(client.place(new OrderRequest(customer, "card-visa", List.of(new Order.Line("LOAD-01", 1))),
                    customer + "-" + i, Duration.ofSeconds(1)));
        }
        List<String> sequence = placed.stream().map(Order::id).toList();
        List<String> listed = client.orders(customer, IN_SEQUENCE).stream().map(Order::id).toList().reversed();
        List<Instant> times = stamped(lab.platform(), sequence);
        long future = times.stream().filter(time -> time.isAfter(Instant.now().plus(HOUR.dividedBy(2)))).count();
        long lost = LastWriteWins.lost(times);
        lab.observe("orders in sequence, of which %s stamped an hour ahead".formatted(AHEAD), IN_SEQUENCE + ", "
                + future);
        lab.observe("acknowledged writes that a register by the instances' times would lose", Long.toString(lost));
        lab.claim("the customer's orders are listed in the order in which they were placed", listed.equals(sequence));
        lab.control("by the times that the instances' clocks stamped, %d of %d acknowledged writes are lost".formatted(
                lost, IN_SEQUENCE), future > 0 && future < IN_SEQUENCE && lost > 0);
    }

    /** When the instance that placed each order says that it did: the time in the id of the order's first command. */
    private static List<Instant> stamped(Target platform, List<String> orders) {
        var times = new HashMap<String, Instant>();
        new Redelivery(platform.kafkaConnection(), "inventory.commands", "inventory-service").messages(Set.copyOf(
                orders)).forEach(command -> times.putIfAbsent(new String(command.key(), UTF_8), timeOf(command)));
        if (!times.keySet().containsAll(orders)) {
            throw new FaultlineException("Kafka has no command of some of the orders. See ./faultline status.");
        }
        return orders.stream().map(times::get).toList();
    }

    /** The first 48 bits of a UUID of version 7 are milliseconds (RFC 9562). */
    private static Instant timeOf(ConsumerRecord<byte[], byte[]> message) {
        UUID id = UUID.fromString(new String(message.headers().lastHeader("id").value(), UTF_8));
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }
}
