package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Charging;
import dev.faultline.payment.paying.Payment.Pending;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Voided;
import dev.faultline.payment.paying.Payment.Voiding;
import dev.faultline.payment.paying.Payments;
import dev.faultline.payment.paying.ProcessingPayments;
import dev.faultline.payment.paying.Step;
import dev.faultline.payment.paying.SupersededException;
import dev.faultline.simulation.Database.Transaction;

/** Runs the real {@link ProcessingPayments} on maps instead of SQL tables. */
final class PaymentService implements Payments {
    private static final long LEASE_MS = 60_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final World world;
    private final Database database;
    private final ProcessingPayments processing;
    private final Map<OrderId, Row> rows = new TreeMap<>();
    private final Map<OrderId, Set<Transfer.Kind>> ledger = new TreeMap<>();

    private record Row(Payment payment, int version, int attempts, long nextAttemptMs) {}

    /** Sends the requests to the acquirer one after the other; production sends them concurrently. */
    PaymentService(World world, Database database, Acquirer acquirer) {
        this.world = world;
        this.database = database;
        this.processing = new ProcessingPayments(this, acquirer, Runnable::run);
    }

    void handle(List<Envelope> batch) {
        try {
            processing.process(batch.stream()
                    .map(message -> new ReceivedCommand((PaymentCommand) message.payload(), null)).toList());
        } catch (SupersededException e) {
            world.coverage.count(CoveragePoint.PAYMENT_SUPERSEDED);
            throw new Topic.RetryBatch("another instance is processing the same payments");
        }
    }

    /** Retries overdue voids, as a thread of a node. */
    void retryOverdueVoids(Node node) {
        while (true) {
            node.sleep(1_000);
            try {
                processing.retryOverdueVoids();
            } catch (SupersededException e) {
                world.coverage.count(CoveragePoint.PAYMENT_SUPERSEDED);
            }
        }
    }

    @Override
    public List<LeasedPayment> lease(List<ReceivedCommand> instructions) {
        Node node = world.running().node;
        List<LeasedPayment> leased = database.transact(transaction -> lease(transaction, node, instructions));
        node.at(Boundary.INTENT_STORED);
        return leased;
    }

    private List<LeasedPayment> lease(Transaction transaction, Node node, List<ReceivedCommand> instructions) {
        // As in SQL, a row that does not exist cannot be locked.
        transaction.lock(instructions.stream().map(i -> i.command().orderId()).filter(rows::containsKey).toList());
        var before = new LinkedHashMap<OrderId, Row>();
        instructions.forEach(instruction -> {
            OrderId id = instruction.command().orderId();
            before.put(id, rows.getOrDefault(id, new Row(new Absent(id), 0, 0, NEVER)));
        });
        node.at(Boundary.INTENT_READ);
        var leased = new ArrayList<LeasedPayment>();
        var changes = new LinkedHashMap<OrderId, Row>();
        for (ReceivedCommand instruction : instructions) {
            OrderId id = instruction.command().orderId();
            Row row = before.getOrDefault(id, new Row(new Absent(id), 0, 0, NEVER));
            Payment stored = readBack(row.payment);
            Step step = stored.on(instruction.command());
            world.trace(node.toString(), "leases %s of %s: %s -> %s",
                    instruction.command().getClass().getSimpleName(), Orders.nameOf(id), stored.status(),
                    step.next().status());
            if (stored instanceof Voided(_, var details) && details == null) {
                world.coverage.count(CoveragePoint.PAYMENT_TOMBSTONE_USED);
            }
            if (step.next() instanceof Pending pending) {
                leased.add(new LeasedPayment(pending, row.version + 1, null));
            }
            if (step.next() instanceof Pending || !step.next().equals(stored)) {
                changes.put(id, new Row(step.next(), row.version + 1, 0, next(step.next(), LEASE_MS)));
            }
            if (step.reply() != null) {
                transaction.send(step.reply());
            }
        }
        if (changes.values().stream().anyMatch(row -> row.version == 1 && rows.containsKey(row.payment.orderId()))) {
            throw new SupersededException("stored by another instance at the same time");
        }
        if (!world.has(Protection.PAYMENT_TOMBSTONE)) {
            changes.values().removeIf(row -> row.payment instanceof Voided(_, var details) && details == null);
        }
        transaction.write(() -> rows.putAll(changes));
        return leased;
    }

    /** Whether a request in progress was already sent is unknown to whoever reads it. */
    private static Payment readBack(Payment payment) {
        return payment instanceof Charging(var id, var details, _) ? new Charging(id, details, true) : payment;
    }

    private long next(Payment payment, long pauseMs) {
        return payment instanceof Voiding || payment instanceof Refunding ? world.nowMs() + pauseMs : NEVER;
    }

    @Override
    public List<LeasedPayment> leaseOverdueVoids(int limit) {
        Node node = world.running().node;
        List<OrderId> overdue = rows.entrySet().stream().filter(row -> row.getValue().nextAttemptMs <= world.nowMs())
                .map(Map.Entry::getKey).limit(limit).toList();
        if (overdue.isEmpty()) {
            return List.of();
        }
        List<LeasedPayment> leased = database.transact(transaction -> {
            transaction.lock(overdue);
            var taken = new ArrayList<LeasedPayment>();
            for (OrderId id : overdue) {
                Row row = rows.get(id);
                if (row != null && row.nextAttemptMs <= world.nowMs()) {
                    world.coverage.count(CoveragePoint.OVERDUE_VOID_DRIVEN);
                    world.trace(node.toString(), "retries the overdue void of %s", Orders.nameOf(id));
                    taken.add(new LeasedPayment((Pending) row.payment, row.version + 1, null));
                    transaction.write(() -> rows.put(id, new Row(row.payment, row.version + 1, row.attempts,
                            world.nowMs() + LEASE_MS)));
                }
            }
            return taken;
        });
        node.at(Boundary.INTENT_STORED);
        return leased;
    }

    @Override
    public void record(List<Outcome> outcomes) {
        Node node = world.running().node;
        List<OrderId> superseded = database.transact(transaction -> {
            transaction.lock(outcomes.stream().map(one -> one.from().payment().orderId()).toList());
            var refused = new ArrayList<OrderId>();
            for (Outcome one : outcomes) {
                OrderId id = one.from().payment().orderId();
                Row row = rows.get(id);
                if (row == null || (row.version != one.from().version() && world.has(Protection.PAYMENT_VERSION))) {
                    refused.add(id);
                } else {
                    record(transaction, node, row, one.step());
                }
            }
            return refused;
        });
        node.at(Boundary.OUTCOME_RECORDED);
        if (!superseded.isEmpty()) {
            throw new SupersededException("leased again meanwhile");
        }
    }

    private void record(Transaction transaction, Node node, Row row, Step step) {
        OrderId id = row.payment.orderId();
        world.trace(node.toString(), "records %s: %s -> %s", Orders.nameOf(id), row.payment.status(),
                step.next().status());
        long pauseMs = (1_000L << Math.min(row.attempts, 4)) * world.between(75, 100) / 100;
        transaction.write(() -> {
            rows.put(id, new Row(step.next(), row.version + 1, row.attempts + 1, next(step.next(), pauseMs)));
            step.transfers().forEach(transfer -> ledger
                    .computeIfAbsent(id, _ -> EnumSet.noneOf(Transfer.Kind.class)).add(transfer.kind()));
        });
        if (step.reply() != null) {
            transaction.send(step.reply());
        }
        switch (step.next().status()) {
            case DECLINED -> world.coverage.count(CoveragePoint.DECLINED);
            case VOIDED -> world.coverage.count(CoveragePoint.VOIDED);
            case REFUNDED -> world.coverage.count(CoveragePoint.REFUNDED);
            default -> {
                // covered by other coverage points
            }
        }
    }

    List<Payment> payments() {
        return rows.values().stream().map(Row::payment).toList();
    }

    Set<Transfer.Kind> transfersOf(OrderId id) {
        return ledger.getOrDefault(id, Set.of());
    }
}
