package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand.ReleaseStock;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.Checkout.Confirmed;
import dev.faultline.order.checkout.Checkout.ReleasingStock;
import dev.faultline.order.checkout.Checkout.VoidingPayment;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.checkout.Step;
import dev.faultline.simulation.Database.Transaction;

/** Runs the real {@link Checkout} on maps instead of SQL tables. */
final class OrderService {
    private static final long FIRST_DEADLINE_MS = 5_000;
    private static final long LAST_DEADLINE_MS = 20_000;
    private static final long GIVE_UP_AFTER_MS = 120_000;

    private final World world;
    private final Database database;
    private final Election election;
    private final Map<OrderId, Row> rows = new TreeMap<>();
    private final Map<OrderId, Checkout> firstOutcomes = new TreeMap<>();
    private final Set<OrderId> writtenByStaleLeaders = new HashSet<>();
    private long highestToken;

    /** @param version grows with every step, including a redrive */
    private record Row(int version, Checkout checkout, long placedMs, long dueMs, int redrives) {

        Row became(Checkout next, long nowMs) {
            return new Row(version + 1, next, placedMs, nowMs + FIRST_DEADLINE_MS, 0);
        }

        Row redriven(long nowMs) {
            long deadlineMs = Math.min(FIRST_DEADLINE_MS << Math.min(redrives + 1, 4), LAST_DEADLINE_MS);
            return new Row(version + 1, checkout, placedMs, nowMs + deadlineMs, redrives + 1);
        }
    }

    OrderService(World world, Database database, Election election) {
        this.world = world;
        this.database = database;
        this.election = election;
    }

    void place(CheckoutOrder order) {
        Step first = Checkout.begin(order);
        database.commit(first.commands(), () -> {
            rows.put(order.id(), new Row(1, first.next(), world.nowMs(), world.nowMs() + FIRST_DEADLINE_MS, 0));
            world.trace("customer", "places %s: %s, %s, %s", Orders.nameOf(order.id()), order.lines(), order.total(),
                    order.paymentMethod());
        });
    }

    /** A step that a reply causes from a row. */
    private record Decision(Envelope cause, Row from, Step step) {}

    /** Applies a batch of replies. */
    void advance(List<Envelope> batch) {
        List<Envelope> left = batch;
        while (!left.isEmpty()) {
            left = advanceOnce(world.running().node, left);
        }
    }

    /** Takes one step of each order at most; returns the replies that are still to be applied. */
    private List<Envelope> advanceOnce(Node node, List<Envelope> replies) {
        var before = new LinkedHashMap<OrderId, Row>();
        replies.forEach(reply -> before.put(reply.payload().orderId(), row(reply.payload().orderId())));
        node.at(Boundary.STATE_READ);
        var decisions = new LinkedHashMap<OrderId, Decision>();
        var left = new ArrayList<Envelope>();
        for (Envelope reply : replies) {
            OrderId id = reply.payload().orderId();
            if (decisions.containsKey(id)) {
                left.add(reply);
                continue;
            }
            Row from = Objects.requireNonNull(before.get(id));
            Step step = protect(from.checkout.on((CheckoutReply) reply.payload()));
            world.trace(node.toString(), "receives %s: %s -> %s", reply, nameOf(from.checkout), nameOf(step.next()));
            if (step.next().equals(from.checkout)) {
                world.coverage.count(CoveragePoint.LATE_REPLY_IGNORED);
            } else {
                decisions.put(id, new Decision(reply, from, step));
            }
        }
        node.at(Boundary.DECIDED);
        left.addAll(0, write(decisions));
        return left;
    }

    /** One statement; returns the replies whose checkouts another instance was faster to change. */
    private List<Envelope> write(Map<OrderId, Decision> decisions) {
        return database.transact(transaction -> {
            var stale = new ArrayList<Envelope>();
            var after = new LinkedHashMap<OrderId, Row>();
            decisions.forEach((id, decision) -> {
                if (isStale(id, decision.from)) {
                    stale.add(decision.cause);
                } else {
                    decision.step.commands().forEach(transaction::send);
                    after.put(id, decision.from.became(decision.step.next(), world.nowMs()));
                }
            });
            write(transaction, after);
            return stale;
        });
    }

    private boolean isStale(OrderId id, Row decidedOn) {
        if (row(id).version == decidedOn.version || !world.has(Protection.VERSION_GUARD)) {
            return false;
        }
        world.coverage.count(CoveragePoint.STALE_VERSION_REFUSED);
        return true;
    }

    private void write(Transaction transaction, Map<OrderId, Row> after) {
        transaction.write(() -> {
            rows.putAll(after);
            after.forEach((id, row) -> {
                world.trace("orders", "%s is %s", Orders.nameOf(id), nameOf(row.checkout));
                if (row.checkout.isComplete() && firstOutcomes.putIfAbsent(id, row.checkout) == null) {
                    world.coverage.count(
                            row.checkout instanceof Confirmed ? CoveragePoint.CONFIRMED : CoveragePoint.REJECTED);
                }
            });
        });
    }

    private Step protect(Step step) {
        return !world.has(Protection.VOID_BEFORE_RELEASE)
                && step.next() instanceof VoidingPayment(CheckoutOrder order, var rejection)
                        ? new Step(new ReleasingStock(order, rejection),
                                List.of(new VoidPayment(order.id()), new ReleaseStock(order.id(), order.lines())))
                        : step;
    }

    /** The sweep, as a thread of a node. */
    void sweep(Node node) {
        while (true) {
            node.sleep(world.between(1_000, 3_000));
            long token = election.lead(world.running());
            if (token == Election.NOT_LEADER) {
                continue;
            }
            node.at(Boundary.LEADING);
            List<OrderId> overdue = rows.entrySet().stream()
                    .filter(row -> !row.getValue().checkout.isComplete() && row.getValue().dueMs <= world.nowMs())
                    .map(Map.Entry::getKey).toList();
            for (OrderId id : overdue) {
                drive(node, token, id);
            }
        }
    }

    private void drive(Node node, long token, OrderId id) {
        Row before = row(id);
        boolean tooOld = world.nowMs() - before.placedMs > GIVE_UP_AFTER_MS;
        node.at(Boundary.OVERDUE_READ);
        Step step = protect(tooOld ? before.checkout.giveUp() : before.checkout.redrive());
        boolean givenUp = !step.next().equals(before.checkout);
        node.at(Boundary.OVERDUE_DECIDED);
        if (isStale(id, before)) {
            world.trace(node.toString(), "is refused: %s has changed", Orders.nameOf(id));
            return;
        }
        if (token < highestToken && world.has(Protection.FENCING_TOKEN)) {
            world.coverage.count(CoveragePoint.STALE_TOKEN_REFUSED);
            world.trace(node.toString(), "is refused: token %d is older than %d", token, highestToken);
            return;
        }
        if (token < highestToken) {
            writtenByStaleLeaders.add(id);
        }
        highestToken = Math.max(highestToken, token);
        database.transact(transaction -> {
            step.commands().forEach(transaction::send);
            if (givenUp) {
                world.coverage.count(CoveragePoint.GIVEN_UP);
                world.trace(node.toString(), "gives up %s: %s -> %s", Orders.nameOf(id), nameOf(before.checkout),
                        nameOf(step.next()));
                write(transaction, Map.of(id, before.became(step.next(), world.nowMs())));
            } else {
                world.coverage.count(CoveragePoint.REDRIVEN);
                world.trace(node.toString(), "redrives %s, which is %s", Orders.nameOf(id),
                        nameOf(before.checkout));
                transaction.write(() -> rows.computeIfPresent(id, (_, row) -> row.redriven(world.nowMs())));
            }
            return id;
        });
        node.at(Boundary.OVERDUE_COMMITTED);
    }

    private Row row(OrderId id) {
        Row row = rows.get(id);
        if (row == null) {
            throw new IllegalStateException("no checkout of " + id);
        }
        return row;
    }

    Collection<Checkout> checkouts() {
        return rows.values().stream().map(Row::checkout).toList();
    }

    /** Whether every checkout is. */
    boolean areComplete() {
        for (Row row : rows.values()) {
            if (!row.checkout.isComplete()) {
                return false;
            }
        }
        return true;
    }

    /** The first outcome of each order, which customers may have seen. */
    Map<OrderId, Checkout> firstOutcomes() {
        return firstOutcomes;
    }

    Set<OrderId> writtenByStaleLeaders() {
        return writtenByStaleLeaders;
    }

    static String nameOf(Checkout checkout) {
        return checkout.getClass().getSimpleName();
    }
}
