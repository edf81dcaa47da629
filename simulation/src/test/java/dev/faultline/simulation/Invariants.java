package dev.faultline.simulation;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.acquirer.charging.Amount;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.Reservation;
import dev.faultline.inventory.reservation.Reservation.Reserved;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.Checkout.Confirmed;
import dev.faultline.order.checkout.Checkout.Rejected;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Payment.Pending;
import org.jspecify.annotations.Nullable;

/** The invariants, checked after every commit and at the end. Each method is one invariant. */
final class Invariants {
    private final World world;
    private final OrderService orders;
    private final InventoryService inventory;
    private final PaymentService payments;
    private final AcquirerProcess acquirer;

    Invariants(World world, OrderService orders, InventoryService inventory, PaymentService payments,
            AcquirerProcess acquirer) {
        this.world = world;
        this.orders = orders;
        this.inventory = inventory;
        this.payments = payments;
        this.acquirer = acquirer;
    }

    void check() {
        nothingIsOversold();
        stockIsConserved();
        moneyIsConserved();
        noOrderIsConfirmedUnpaid();
        noOrderIsConfirmedWithoutItsStock();
        noOrderIsRejectedWhileItHoldsSomething();
        whatCustomersWereToldStays();
        noStaleLeaderWrites();
    }

    void checkAtTheEnd() {
        check();
        everyOrderEnds();
    }

    private void nothingIsOversold() {
        inventory.available().forEach((sku, available) -> {
            if (available < 0) {
                violated("nothingIsOversold", "%d of %s are available", available, sku);
            }
        });
    }

    private void stockIsConserved() {
        Map<Sku, Integer> found = new TreeMap<>(inventory.available());
        for (Reservation reservation : inventory.reservations().values()) {
            if (reservation instanceof Reserved) {
                for (OrderLine line : reservation.lines()) {
                    found.merge(line.sku(), line.quantity(), Integer::sum);
                }
            }
        }
        if (!found.equals(inventory.received())) {
            violated("stockIsConserved", "received %s, found %s, held by %s", inventory.received(), found,
                    inventory.reservations().values());
        }
    }

    /** Each card is charged at most once, and the ledger agrees with the acquirer's journal. */
    private void moneyIsConserved() {
        for (Payment payment : payments.payments()) {
            OrderId id = payment.orderId();
            int charges = acquirer.chargesOf(id).size();
            if (charges > 1) {
                violated("moneyIsConserved", "%s was charged %d times", Orders.nameOf(id), charges);
            }
            if (!(payment instanceof Pending)) {
                Status status = acquirer.statusOf(id);
                Set<Transfer.Kind> expected = switch (status) {
                    case CHARGED -> EnumSet.of(Transfer.Kind.CHARGE);
                    case REFUNDED -> EnumSet.allOf(Transfer.Kind.class);
                    case UNKNOWN, DECLINED, VOIDED -> EnumSet.noneOf(Transfer.Kind.class);
                };
                if (!payments.transfersOf(id).equals(expected)) {
                    violated("moneyIsConserved", "%s is %s with the acquirer, and %s in the ledger", Orders.nameOf(id),
                            status, payments.transfersOf(id));
                }
            }
        }
    }

    private void noOrderIsConfirmedUnpaid() {
        for (Checkout checkout : orders.checkouts()) {
            if (checkout instanceof Confirmed(CheckoutOrder order)) {
                var total = new Amount(order.total().minorUnits(), order.total().currency());
                if (acquirer.statusOf(order.id()) != Status.CHARGED || !acquirer.chargesOf(order.id()).stream()
                        .allMatch(entry -> entry.amount().orElseThrow().equals(total))) {
                    violated("noOrderIsConfirmedUnpaid", "%s is confirmed, its payment %s", Orders.nameOf(order.id()),
                            acquirer.statusOf(order.id()));
                }
            }
        }
    }

    private void noOrderIsConfirmedWithoutItsStock() {
        for (Checkout checkout : orders.checkouts()) {
            if (checkout instanceof Confirmed(CheckoutOrder order)
                    && !(inventory.reservations().get(order.id()) instanceof Reserved)) {
                violated("noOrderIsConfirmedWithoutItsStock", "%s is confirmed, its reservation %s",
                        Orders.nameOf(order.id()), inventory.reservations().get(order.id()));
            }
        }
    }

    private void noOrderIsRejectedWhileItHoldsSomething() {
        for (Checkout checkout : orders.checkouts()) {
            if (checkout instanceof Rejected(CheckoutOrder order, _)) {
                if (inventory.reservations().get(order.id()) instanceof Reserved) {
                    violated("noOrderIsRejectedWhileItHoldsSomething", "%s is rejected and holds stock",
                            Orders.nameOf(order.id()));
                }
                Status status = acquirer.statusOf(order.id());
                if (status == Status.CHARGED) {
                    violated("noOrderIsRejectedWhileItHoldsSomething", "%s is rejected, its payment %s",
                            Orders.nameOf(order.id()), status);
                }
            }
        }
    }

    private void whatCustomersWereToldStays() {
        for (Checkout checkout : orders.checkouts()) {
            Checkout first = orders.firstOutcomes().get(checkout.order().id());
            if (first != null && !first.equals(checkout)) {
                violated("whatCustomersWereToldStays", "%s was %s and is %s", Orders.nameOf(checkout.order().id()),
                        OrderService.nameOf(first), OrderService.nameOf(checkout));
            }
        }
    }

    private void noStaleLeaderWrites() {
        orders.writtenByStaleLeaders().forEach(id -> violated("noStaleLeaderWrites",
                "%s was written by a stale leader", Orders.nameOf(id)));
    }

    private void everyOrderEnds() {
        for (Checkout checkout : orders.checkouts()) {
            if (!checkout.isComplete()) {
                violated("everyOrderEnds", "%s is still %s, %.0f s after the last fault",
                        Orders.nameOf(checkout.order().id()), OrderService.nameOf(checkout),
                        (world.nowMs() - world.faults.horizonMs()) / 1000.0);
            }
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // as in World
    private void violated(String invariant, String detail, @Nullable Object... details) {
        world.report(new Violation(invariant, detail.formatted(details)));
    }
}
