package dev.faultline.simulation;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.order.checkout.Checkout;
import org.jspecify.annotations.Nullable;

/** Plays one schedule: a few orders, two processes of each service, and whatever the seed has in store for them. */
final class Simulation {
    /** Longer than the longest stop, a lease of a payment, giving up, and what follows from it, one after the other. */
    private static final long ORDERS_END_WITHIN_MS = 300_000;
    private static final long WATCHED_AFTERWARDS_MS = 20_000;

    private final World world;
    private final Kafka kafka;
    private final List<Database> databases;
    private final List<Node> nodes;
    private final OrderService orders;
    private final Promises promises;
    private int toBePlaced;

    /**
     * What is simulated.
     *
     * @param without what is taken out
     * @param lossless whether the network and the slots lose nothing; all else may happen
     * @param unwatched promises that may be broken
     */
    record Setting(Set<Protection> without, boolean lossless, Set<String> unwatched) {
        static final Setting COMPLETE = new Setting(Set.of(), false, Set.of());

        static Setting without(Protection... protections) {
            return new Setting(Set.of(protections), false, Set.of());
        }

        Setting onALosslessNetwork() {
            return new Setting(without, true, unwatched);
        }

        Setting notWatching(String promise) {
            return new Setting(without, lossless, Set.of(promise));
        }
    }

    /** @param broken the first promise that was broken; null if all were kept */
    record Outcome(long seed, @Nullable BrokenPromise broken, Coverage coverage, long fingerprint,
            List<String> history) {}

    private Simulation(long seed, Setting setting, boolean recording) {
        world = new World(seed, setting, recording);
        world.tell("seed", "%d, %s", seed, world.faults);
        kafka = new Kafka(world);
        var orderDatabase = new Database(world, "orders");
        var inventoryDatabase = new Database(world, "inventory");
        var paymentDatabase = new Database(world, "payments");
        databases = List.of(orderDatabase, inventoryDatabase, paymentDatabase);
        orders = new OrderService(world, orderDatabase, new Election(world));
        var inventory = new InventoryService(world, inventoryDatabase);
        var acquirer = new ChargingProcess(world);
        var payments = new PaymentService(world, paymentDatabase, new VirtualAcquirer(world, acquirer));
        promises = new Promises(world, orders, inventory, payments, acquirer);
        world.whenChanged(promises::holdNow);
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
        database.serves(node);
        database.log.admits(node);
        node.runs(() -> database.log.relay(node, kafka));
        return node;
    }

    private void consume(Node node, String topic, Consumer<List<Envelope>> handler) {
        kafka.topic(topic).admits(node);
        node.runs(() -> kafka.topic(topic).consume(node, handler));
    }

    /** @param recording whether a history is kept; it makes no other difference */
    static Outcome run(long seed, Setting setting, boolean recording) {
        return new Simulation(seed, setting, recording).run(seed);
    }

    private Outcome run(long seed) {
        nodes.forEach(Node::start);
        toBePlaced = 3 + world.below(6);
        for (int number = 0; number < toBePlaced; number++) {
            var order = Orders.draw(world, number);
            world.after(world.between(100, world.faults.horizonMs() / 2), () -> {
                toBePlaced--;
                orders.place(order);
            });
        }
        long quietSinceMs = Long.MAX_VALUE;
        long latestMs = world.faults.horizonMs() + ORDERS_END_WITHIN_MS;
        while (world.broken() == null && world.nowMs() < latestMs
                && world.nowMs() - quietSinceMs < WATCHED_AFTERWARDS_MS) {
            world.advance();
            quietSinceMs = isQuiet() ? Math.min(quietSinceMs, world.nowMs()) : Long.MAX_VALUE;
        }
        promises.holdInTheEnd();
        return new Outcome(seed, world.broken(), world.coverage, world.fingerprint(), world.history());
    }

    /** Whether every order has ended and nothing is on its way that could change that. */
    private boolean isQuiet() {
        return toBePlaced == 0 && !world.isAnythingUnderway() && kafka.isDrained()
                && databases.stream().allMatch(database -> database.log.isDrained())
                && nodes.stream().noneMatch(Node::isSilent)
                && orders.checkouts().stream().allMatch(Checkout::isComplete);
    }
}
