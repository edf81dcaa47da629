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

/** What must hold after every commit of anyone, and in the end. Each method is one promise. */
final class Promises {
    private final World world;
    private final OrderService orders;
    private final InventoryService inventory;
    private final PaymentService payments;
    private final ChargingProcess acquirer;

    Promises(World world, OrderService orders, InventoryService inventory, PaymentService payments,
            ChargingProcess acquirer) {
        this.world = world;
        this.orders = orders;
        this.inventory = inventory;
        this.payments = payments;
        this.acquirer = acquirer;
    }

    void holdNow() {
        nothingIsOversold();
        stockIsConserved();
        moneyIsConserved();
        noOrderIsConfirmedUnpaid();
        noOrderIsConfirmedWithoutItsStock();
        noOrderIsRejectedWhileItHoldsSomething();
        whatCustomersWereToldStays();
        noStaleLeaderWrites();
    }

    void holdInTheEnd() {
        holdNow();
        everyOrderEnds();
    }

    private void nothingIsOversold() {
        inventory.available().forEach((sku, available) -> {
            if (available < 0) {
                broken("nothingIsOversold", "%d of %s are available", available, sku);
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
            broken("stockIsConserved", "received %s, found %s, held by %s", inventory.received(), found,
                    inventory.reservations().values());
        }
    }

    /** Each card is charged once at most, and the ledger says what the acquirer's journal says. */
    private void moneyIsConserved() {
        for (Payment payment : payments.payments()) {
            OrderId id = payment.orderId();
            int captures = acquirer.capturesOf(id).size();
            if (captures > 1) {
                broken("moneyIsConserved", "%s was charged %d times", Orders.nameOf(id), captures);
            }
            if (!(payment instanceof Pending)) {
                Status status = acquirer.statusOf(id);
                Set<Transfer.Kind> expected = switch (status) {
                    case CAPTURED -> EnumSet.of(Transfer.Kind.CAPTURE);
                    case REFUNDED -> EnumSet.allOf(Transfer.Kind.class);
                    case UNKNOWN, AUTHORIZED, DECLINED, VOIDED -> EnumSet.noneOf(Transfer.Kind.class);
                };
                if (!payments.transfersOf(id).equals(expected)) {
                    broken("moneyIsConserved", "%s is %s with the acquirer, and %s in the ledger", Orders.nameOf(id),
                            status, payments.transfersOf(id));
                }
            }
        }
    }

    private void noOrderIsConfirmedUnpaid() {
        for (Checkout checkout : orders.checkouts()) {
            if (checkout instanceof Confirmed(CheckoutOrder order)) {
                var total = new Amount(order.total().minorUnits(), order.total().currency());
                if (acquirer.statusOf(order.id()) != Status.CAPTURED || !acquirer.capturesOf(order.id()).stream()
                        .allMatch(entry -> entry.amount().orElseThrow().equals(total))) {
                    broken("noOrderIsConfirmedUnpaid", "%s is confirmed, its payment %s", Orders.nameOf(order.id()),
                            acquirer.statusOf(order.id()));
                }
            }
        }
    }

    private void noOrderIsConfirmedWithoutItsStock() {
        for (Checkout checkout : orders.checkouts()) {
            if (checkout instanceof Confirmed(CheckoutOrder order)
                    && !(inventory.reservations().get(order.id()) instanceof Reserved)) {
                broken("noOrderIsConfirmedWithoutItsStock", "%s is confirmed, its reservation %s",
                        Orders.nameOf(order.id()), inventory.reservations().get(order.id()));
            }
        }
    }

    private void noOrderIsRejectedWhileItHoldsSomething() {
        for (Checkout checkout : orders.checkouts()) {
            if (checkout instanceof Rejected(CheckoutOrder order, _)) {
                if (inventory.reservations().get(order.id()) instanceof Reserved) {
                    broken("noOrderIsRejectedWhileItHoldsSomething", "%s is rejected and holds stock",
                            Orders.nameOf(order.id()));
                }
                Status status = acquirer.statusOf(order.id());
                if (status == Status.AUTHORIZED || status == Status.CAPTURED) {
                    broken("noOrderIsRejectedWhileItHoldsSomething", "%s is rejected, its payment %s",
                            Orders.nameOf(order.id()), status);
                }
            }
        }
    }

    private void whatCustomersWereToldStays() {
        for (Checkout checkout : orders.checkouts()) {
            Checkout told = orders.told().get(checkout.order().id());
            if (told != null && !told.equals(checkout)) {
                broken("whatCustomersWereToldStays", "%s was %s and is %s", Orders.nameOf(checkout.order().id()),
                        OrderService.nameOf(told), OrderService.nameOf(checkout));
            }
        }
    }

    private void noStaleLeaderWrites() {
        orders.writtenByStaleLeaders().forEach(id -> broken("noStaleLeaderWrites",
                "%s was written by a leader who had been followed by another", Orders.nameOf(id)));
    }

    private void everyOrderEnds() {
        for (Checkout checkout : orders.checkouts()) {
            if (!checkout.isComplete()) {
                broken("everyOrderEnds", "%s is still %s, %.0f s after the last fault",
                        Orders.nameOf(checkout.order().id()), OrderService.nameOf(checkout),
                        (world.nowMs() - world.faults.horizonMs()) / 1000.0);
            }
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // as in World
    private void broken(String promise, String detail, @Nullable Object... details) {
        world.broken(new BrokenPromise(promise, detail.formatted(details)));
    }
}
