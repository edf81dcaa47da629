package dev.faultline.verification.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.faultline.verification.client.Money;
import dev.faultline.verification.history.Anomaly.Kind;
import dev.faultline.verification.history.Row.CheckoutRow;
import dev.faultline.verification.history.Row.OrderRow;
import dev.faultline.verification.history.Row.PaymentRow;
import dev.faultline.verification.history.Row.PostingRow;

/**
 * The acquirer's journal has one charge for each confirmed order, of its total, and no other charge. The payment service
 * and its ledger agree with the journal.
 */
final class MoneyRules {
    /** What the acquirer owes the shop: charges less refunds. */
    private static final String RECEIVABLE = "acquirer-receivable";

    private final History history;
    private final Map<String, OrderRow> orders = new HashMap<>();
    private final Map<String, CheckoutRow> checkouts = new HashMap<>();
    private final Map<String, List<AcquirerEntry>> journal = new TreeMap<>();
    private final List<Anomaly> found = new ArrayList<>();

    private MoneyRules(History history) {
        this.history = history;
        history.rows(OrderRow.class).forEach(order -> orders.put(order.id(), order));
        history.rows(CheckoutRow.class).forEach(checkout -> checkouts.put(checkout.order(), checkout));
        history.acquirer().forEach(entry -> journal.computeIfAbsent(entry.order(), _ -> new ArrayList<>())
                .add(entry));
    }

    static Stream<Anomaly> of(History history) {
        var rules = new MoneyRules(history);
        rules.confirmedOrdersAreChargedOnce();
        rules.noChargeIsUnjustified();
        rules.paymentsAgree();
        rules.postingsBalance();
        rules.ledgerAgrees();
        return rules.found.stream();
    }

    private void confirmedOrdersAreChargedOnce() {
        orders.values().forEach(order -> {
            if (isConfirmed(order.id())) {
                List<AcquirerEntry> entries = journal.getOrDefault(order.id(), List.of());
                List<AcquirerEntry> charges = entries.stream().filter(entry -> entry.kind().equals("CHARGED"))
                        .toList();
                if (charges.size() != 1 || !order.total().equals(charges.getFirst().amount()) || !entries.getLast()
                        .kind().equals("CHARGED")) {
                    report(Kind.NOT_CHARGED_ONCE, order.id(), "is confirmed for " + order.total()
                            + ", and the acquirer's journal has " + formatted(entries));
                }
            }
        });
    }

    /** An unfinished order may be charged; {@link OrderRules} reports it. */
    private void noChargeIsUnjustified() {
        journal.forEach((order, entries) -> {
            String last = entries.getLast().kind();
            CheckoutRow checkout = checkouts.get(order);
            boolean isUnjustified = checkout == null || (checkout.isComplete() && !checkout.isConfirmed());
            if (isUnjustified && last.equals("CHARGED")) {
                report(Kind.UNJUSTIFIED_CHARGE, order, (checkout == null ? "does not exist" : "was rejected")
                        + ", and the acquirer's journal has " + formatted(entries));
            }
        });
    }

    private void paymentsAgree() {
        var payments = new HashMap<String, PaymentRow>();
        history.rows(PaymentRow.class).forEach(payment -> payments.put(payment.order(), payment));
        checkouts.values().stream().filter(CheckoutRow::isComplete).forEach(checkout -> {
            PaymentRow payment = payments.get(checkout.order());
            OrderRow order = orders.get(checkout.order());
            if (checkout.isConfirmed()) {
                if (payment == null || !payment.status().equals("CHARGED")
                        || (order != null && !order.total().equals(payment.amount()))) {
                    report(Kind.PAYMENT_MISMATCH, checkout.order(), "is confirmed, and its payment is "
                            + (payment == null ? "missing" : payment.status() + " of " + payment.amount()));
                }
            } else if (payment != null && !List.of("DECLINED", "VOIDED", "REFUNDED").contains(payment.status())) {
                report(Kind.PAYMENT_MISMATCH, checkout.order(), "was rejected, and its payment is "
                        + payment.status());
            }
        });
    }

    private void postingsBalance() {
        var sums = new TreeMap<String, Long>();
        history.rows(PostingRow.class).forEach(posting -> sums.merge(posting.order() + " " + posting.amount()
                .currency(), posting.amount().minorUnits(), Long::sum));
        sums.forEach((order, sum) -> {
            if (sum != 0) {
                report(Kind.LEDGER_UNBALANCED, order.substring(0, order.indexOf(' ')), "its postings sum to "
                        + new Money(sum, order.substring(order.indexOf(' ') + 1)));
            }
        });
    }

    /** Compared for each order, which implies that the totals agree. */
    private void ledgerAgrees() {
        var booked = new HashMap<String, Map<String, Long>>();
        history.rows(PostingRow.class).filter(posting -> posting.account().equals(RECEIVABLE))
                .forEach(posting -> add(booked, posting.order(), posting.amount(), 1));
        var journalled = new HashMap<String, Map<String, Long>>();
        history.acquirer().forEach(entry -> {
            int sign = switch (entry.kind()) {
                case "CHARGED" -> 1;
                case "REFUNDED" -> -1;
                default -> 0;
            };
            if (sign != 0) {
                add(journalled, entry.order(), Objects.requireNonNull(entry.amount()), sign);
            }
        });
        var all = new TreeSet<>(booked.keySet());
        all.addAll(journalled.keySet());
        for (String order : all) {
            Map<String, Long> ledger = booked.getOrDefault(order, Map.of());
            Map<String, Long> charged = journalled.getOrDefault(order, Map.of());
            boolean mayDiffer = checkouts.containsKey(order) && !Objects.requireNonNull(checkouts.get(order))
                    .isComplete();
            if (!mayDiffer && !sameNet(ledger, charged)) {
                report(Kind.LEDGER_MISMATCH, order, "the ledger has " + formatted(ledger) + " charged, the acquirer "
                        + formatted(charged));
            }
        }
    }

    private static boolean sameNet(Map<String, Long> one, Map<String, Long> other) {
        return one.entrySet().stream().allMatch(sum -> sum.getValue().equals(other.getOrDefault(sum.getKey(), 0L)))
                && other.entrySet().stream().allMatch(sum -> sum.getValue().equals(one.getOrDefault(sum.getKey(), 0L)));
    }

    private static void add(Map<String, Map<String, Long>> sums, String order, Money amount, int sign) {
        sums.computeIfAbsent(order, _ -> new TreeMap<>()).merge(amount.currency(), sign * amount.minorUnits(),
                Long::sum);
    }

    private boolean isConfirmed(String order) {
        CheckoutRow checkout = checkouts.get(order);
        return checkout != null && checkout.isConfirmed();
    }

    private static String formatted(Map<String, Long> sums) {
        return sums.isEmpty() ? "nothing" : String.join(" and ", sums.entrySet().stream()
                .map(sum -> new Money(sum.getValue(), sum.getKey()).toString()).toList());
    }

    private static String formatted(List<AcquirerEntry> entries) {
        return entries.isEmpty() ? "nothing" : String.join(", ", entries.stream().map(entry -> entry.kind()
                + (entry.amount() == null ? "" : " " + entry.amount())).toList());
    }

    private void report(Kind kind, String subject, String explanation) {
        found.add(new Anomaly(kind, subject, explanation));
    }
}
