package dev.faultline.simulation;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.PaymentCommand;
import org.jspecify.annotations.Nullable;

/** Runs one schedule: a few orders, two processes of each service, and the faults drawn from the seed. */
final class Simulation {
    /** More than the longest pause, a payment's lease, giving up and compensating, one after the other. */
    private static final long COMPLETION_TIMEOUT_MS = 300_000;
    private static final long QUIET_PERIOD_MS = 20_000;

    private final World world;
    private final Kafka kafka;
    private final List<Database> databases;
    private final List<Node> nodes;
    private final OrderService orders;
    private final Invariants invariants;
    private int ordersToPlace;

    /**
     * What to simulate.
     *
     * @param without  the disabled protections
     * @param lossless whether network and slots lose nothing; all other faults occur
     * @param ignored  invariants that are not checked
     */
    record Setting(Set<Protection> without, boolean lossless, Set<String> ignored) {
        static final Setting COMPLETE = new Setting(Set.of(), false, Set.of());

        static Setting without(Protection... protections) {
            return new Setting(Set.of(protections), false, Set.of());
        }

        Setting onALosslessNetwork() {
            return new Setting(without, true, ignored);
        }

        Setting ignoring(String invariant) {
            return new Setting(without, lossless, Set.of(invariant));
        }
    }

    /** @param violation the first one; null if there was none */
    record Outcome(long seed, @Nullable Violation violation, Coverage coverage, long fingerprint,
            List<String> history) {}

    private Simulation(long seed, Setting setting, boolean recording) {
        world = new World(seed, setting, recording);
        world.trace("seed", "%d, %s", seed, world.faults);
        kafka = new Kafka(world);
        var orderDatabase = new Database(world, "orders");
        var inventoryDatabase = new Database(world, "inventory");
        var paymentDatabase = new Database(world, "payments");
        databases = List.of(orderDatabase, inventoryDatabase, paymentDatabase);
        orders = new OrderService(world, orderDatabase, new Election(world));
        var inventory = new InventoryService(world, inventoryDatabase);
        var acquirer = new AcquirerProcess(world);
        var payments = new PaymentService(world, paymentDatabase, new VirtualAcquirer(world, acquirer));
        invariants = new Invariants(world, orders, inventory, payments, acquirer);
        world.onCommit(invariants::check);
        nodes = IntStream.rangeClosed(1, 2).boxed().flatMap(number -> {
            Node order = node("order-service-" + number, orderDatabase);
            consume(order, CheckoutReply.TOPIC, orders::advance);
            if (world.has(Protection.SWEEP)) {
                order.runs(() -> orders.sweep(order));
            }
            Node stock = node("inventory-service-" + number, inventoryDatabase);
            consume(stock, InventoryCommand.TOPIC, inventory::handle);
            Node payment = node("payment-service-" + number, paymentDatabase);
            consume(payment, PaymentCommand.TOPIC, payments::handle);
            payment.runs(() -> payments.retryOverdueVoids(payment));
            return List.of(order, stock, payment).stream();
        }).toList();
    }

    private Node node(String name, Database database) {
        var node = new Node(world, name);
        database.connect(node);
        database.log.connect(node);
        node.runs(() -> database.log.relay(node, kafka));
        return node;
    }

    private void consume(Node node, String topic, Consumer<List<Envelope>> handler) {
        kafka.topic(topic).connect(node);
        node.runs(() -> kafka.topic(topic).consume(node, handler));
    }

    /** @param recording whether to keep the history, which has no other effect */
    static Outcome run(long seed, Setting setting, boolean recording) {
        return new Simulation(seed, setting, recording).run(seed);
    }

    private Outcome run(long seed) {
        nodes.forEach(Node::start);
        ordersToPlace = 3 + world.below(6);
        for (int number = 0; number < ordersToPlace; number++) {
            var order = Orders.draw(world, number);
            world.after(world.between(100, world.faults.horizonMs() / 2), () -> {
                ordersToPlace--;
                orders.place(order);
            });
        }
        long quietSinceMs = Long.MAX_VALUE;
        long latestMs = world.faults.horizonMs() + COMPLETION_TIMEOUT_MS;
        while (world.violation() == null && world.nowMs() < latestMs
                && world.nowMs() - quietSinceMs < QUIET_PERIOD_MS) {
            world.advance();
            quietSinceMs = isQuiet() ? Math.min(quietSinceMs, world.nowMs()) : Long.MAX_VALUE;
        }
        invariants.checkAtTheEnd();
        return new Outcome(seed, world.violation(), world.coverage, world.fingerprint(), world.history());
    }

    /** Whether every order is complete and nothing is in transit. Asked after every event, so without streams. */
    private boolean isQuiet() {
        if (ordersToPlace > 0 || world.isAnythingInTransit() || !orders.areComplete() || !kafka.isDrained()) {
            return false;
        }
        for (Database database : databases) {
            if (!database.log.isDrained()) {
                return false;
            }
        }
        for (Node node : nodes) {
            if (node.isUnresponsive()) {
                return false;
            }
        }
        return true;
    }
}
