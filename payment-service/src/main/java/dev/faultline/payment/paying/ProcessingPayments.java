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
 * Takes up payments, asks the acquirer outside of any transaction, and records what it answered.
 *
 * <p>
 * Whoever dies in between leaves a payment whose intent is stored. Its command is delivered again, or its void is
 * overdue, and the acquirer is asked again: it does nothing twice. A payment's own row tells what was done for it, so no
 * record of handled messages is needed.
 */
public final class ProcessingPayments {
    private static final Logger log = LoggerFactory.getLogger(ProcessingPayments.class);
    private static final int OVERDUE_AT_A_TIME = 64;

    private final Payments payments;
    private final Acquirer acquirer;
    private final Executor asking;

    /** @param asking runs each request in a thread of its own; their number is for the acquirer's adapter to bound */
    public ProcessingPayments(Payments payments, Acquirer acquirer, Executor asking) {
        this.payments = payments;
        this.acquirer = acquirer;
        this.asking = asking;
    }

    /**
     * Carries out commands, those of one order in their order. There are three that an order can be given, so this takes
     * as long as four of the acquirer's slowest answers at most, a void that becomes a refund being two; however many
     * commands there are.
     */
    public void process(List<ReceivedCommand> instructions) {
        for (List<ReceivedCommand> round : rounds(instructions)) {
            settle(payments.lease(round));
        }
    }

    /** Goes on with voids that the acquirer has not confirmed. */
    public void retryOverdueVoids() {
        settle(payments.leaseOverdueVoids(OVERDUE_AT_A_TIME));
    }

    private void settle(List<LeasedPayment> leased) {
        List<CompletableFuture<Outcome>> answers = leased.stream()
                .map(one -> CompletableFuture.supplyAsync(() -> ask(one), asking)).toList();
        if (!answers.isEmpty()) {
            payments.record(answers.stream().map(CompletableFuture::join).toList());
        }
    }

    private Outcome ask(LeasedPayment leased) {
        try (var _ = MDC.putCloseable("orderId", leased.payment().orderId().value())) {
            Step step = leased.payment().settle(acquirer, leased.traceparent());
            if (step.next() instanceof Pending pending) {
                log.info("The acquirer has not confirmed to {} the payment of {}", pending.operation(),
                        pending.orderId());
            }
            return new Outcome(leased, step);
        }
    }

    /** An order once in each; a command that is repeated within the batch is carried out once. */
    private static List<List<ReceivedCommand>> rounds(List<ReceivedCommand> instructions) {
        var distinct = new LinkedHashMap<PaymentCommand, ReceivedCommand>();
        instructions.forEach(instruction -> distinct.putIfAbsent(instruction.command(), instruction));
        var rounds = new ArrayList<List<ReceivedCommand>>();
        var turns = new HashMap<OrderId, Integer>();
        for (ReceivedCommand instruction : distinct.values()) {
            int turn = turns.merge(instruction.command().orderId(), 1, Integer::sum);
            if (turn > rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(turn - 1).add(instruction);
        }
        return rounds;
    }
}
