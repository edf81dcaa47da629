package dev.faultline.payment.paying;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.payment.paying.Payment.Pending;
import dev.faultline.payment.paying.Payments.LeasedPayment;
import dev.faultline.payment.paying.Payments.Outcome;
import dev.faultline.payment.paying.Payments.ReceivedCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Leases payments, calls the acquirer outside of any transaction, and records its answers.
 *
 * <p>
 * A crash in between leaves a payment with a stored intent. Its command is redelivered, or its void becomes overdue,
 * and the request is repeated: the acquirer executes it once. The payment's row records what was done, so a repeated
 * command is recognized.
 */
public final class ProcessingPayments {
    private static final Logger log = LoggerFactory.getLogger(ProcessingPayments.class);
    private static final int OVERDUE_BATCH = 64;

    private final Payments payments;
    private final Acquirer acquirer;
    private final Executor executor;

    /** @param executor runs each request in its own thread; the acquirer's adapter bounds their number */
    public ProcessingPayments(Payments payments, Acquirer acquirer, Executor executor) {
        this.payments = payments;
        this.acquirer = acquirer;
        this.executor = executor;
    }

    /**
     * Executes commands; those of one order in sequence. There are two commands per order, and a void may become a
     * refund, so this takes at most as long as four of the acquirer's slowest responses, for any number of orders.
     */
    public void process(List<ReceivedCommand> commands) {
        for (List<ReceivedCommand> round : rounds(commands)) {
            settle(payments.lease(round));
        }
    }

    /** Retries voids that the acquirer has not confirmed. */
    public void retryOverdueVoids() {
        settle(payments.leaseOverdueVoids(OVERDUE_BATCH));
    }

    private void settle(List<LeasedPayment> leased) {
        List<CompletableFuture<Outcome>> answers = leased.stream()
                .map(one -> CompletableFuture.supplyAsync(() -> call(one), executor)).toList();
        if (!answers.isEmpty()) {
            payments.record(answers.stream().map(CompletableFuture::join).toList());
        }
    }

    private Outcome call(LeasedPayment leased) {
        try (var _ = MDC.putCloseable("orderId", leased.payment().orderId().value())) {
            Step step = leased.payment().settle(acquirer, leased.traceparent());
            if (step.next() instanceof Pending pending) {
                log.info("The acquirer has not confirmed the {} of payment {}", pending.operation(),
                        pending.orderId());
            }
            return new Outcome(leased, step);
        }
    }

    /** Splits the batch into rounds with at most one command per order; drops duplicate commands. */
    private static List<List<ReceivedCommand>> rounds(List<ReceivedCommand> commands) {
        var distinct = new LinkedHashMap<PaymentCommand, ReceivedCommand>();
        commands.forEach(command -> distinct.putIfAbsent(command.command(), command));
        var rounds = new ArrayList<List<ReceivedCommand>>();
        var turns = new HashMap<OrderId, Integer>();
        for (ReceivedCommand command : distinct.values()) {
            int turn = turns.merge(command.command().orderId(), 1, Integer::sum);
            if (turn > rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(turn - 1).add(command);
        }
        return rounds;
    }
}
