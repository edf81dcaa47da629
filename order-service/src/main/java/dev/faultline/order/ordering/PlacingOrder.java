package dev.faultline.order.ordering;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.catalogue.Product;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.Step;
import dev.faultline.order.ordering.CheckoutCompletions.Subscription;
import dev.faultline.order.ordering.Orders.PlaceResult;
import dev.faultline.order.ordering.Placement.Violation;
import dev.faultline.order.ordering.Placement.Violation.Kind;
import org.jspecify.annotations.Nullable;

/** Places an order: prices it, stores it, and starts its checkout. */
public final class PlacingOrder {
    private final Catalogue catalogue;
    private final Orders orders;
    private final OrderIds ids;
    private final CheckoutCompletions completions;

    public PlacingOrder(Catalogue catalogue, Orders orders, OrderIds ids, CheckoutCompletions completions) {
        this.catalogue = catalogue;
        this.orders = orders;
        this.ids = ids;
        this.completions = completions;
    }

    /**
     * Accepted orders are durable. With an idempotency key, a request that is repeated, even concurrently, creates one
     * order. Keys are scoped to the customer.
     *
     * @param wait how long to wait for the order to be confirmed or rejected; zero not to wait
     */
    public Placement place(OrderRequest request, @Nullable String idempotencyKey, Duration wait) {
        Map<Sku, Product> products = catalogue.find(request.lines().stream().map(OrderLine::sku).toList());
        List<Violation> violations = violations(request, products);
        var idempotent = idempotencyKey == null ? null : new IdempotencyRecord(idempotencyKey, request.hash());
        if (!violations.isEmpty()) {
            // The catalogue may have changed since the request came for the first time.
            return Optional.ofNullable(idempotent).flatMap(key -> orders.earlier(request.customer(), key))
                    .map(earlier -> placement(earlier, wait)).orElseGet(() -> new Placement.Invalid(violations));
        }
        Order order = price(request, products);
        Step first = Checkout.begin(order.checkoutOrder());
        if (wait.isZero()) {
            return placement(orders.place(order, first, idempotent), wait);
        }
        // Subscribes before the order is stored, so that its completion cannot be missed.
        try (Subscription completion = completions.subscribe(order.id())) {
            return switch (orders.place(order, first, idempotent)) {
                case PlaceResult.Created(var created) -> new Placement.Accepted(await(created, completion, wait));
                case PlaceResult other -> placement(other, wait);
            };
        }
    }

    private Placement placement(PlaceResult result, Duration wait) {
        return switch (result) {
            case PlaceResult.Created(var created) -> new Placement.Accepted(created);
            case PlaceResult.Duplicate(var earlier, var isSameRequest) ->
                isSameRequest ? new Placement.Accepted(awaitEarlier(earlier, wait)) : new Placement.KeyReused();
            case PlaceResult.BacklogFull() -> new Placement.Busy();
        };
    }

    private OrderStatus awaitEarlier(OrderId id, Duration wait) {
        try (Subscription completion = completions.subscribe(id)) {
            return await(orders.find(id).orElseThrow(), completion, wait);
        }
    }

    private OrderStatus await(OrderStatus known, Subscription completion, Duration wait) {
        OrderStatus status = known;
        long deadline = System.nanoTime() + wait.toNanos();
        while (!status.isComplete() && completion.await(Duration.ofNanos(deadline - System.nanoTime()))) {
            status = orders.find(known.order().id()).orElseThrow();
        }
        return status;
    }

    private static List<Violation> violations(OrderRequest request, Map<Sku, Product> products) {
        var violations = new ArrayList<Violation>();
        var first = new HashMap<Sku, Integer>();
        String currency = request.currency();
        for (int i = 0; i < request.lines().size(); i++) {
            Sku sku = request.lines().get(i).sku();
            Product product = products.get(sku);
            Integer earlier = first.putIfAbsent(sku, i);
            if (earlier != null) {
                violations.add(new Violation(Kind.DUPLICATE_LINE, "lines[" + i + "].sku",
                        "repeats lines[" + earlier + "]; an order has one line per SKU"));
            } else if (product == null) {
                violations.add(new Violation(Kind.UNKNOWN_SKU, "lines[" + i + "].sku", "there is no product " + sku));
            } else if (currency == null) {
                currency = product.price().currency();
            } else if (!currency.equals(product.price().currency())) {
                violations.add(new Violation(Kind.WRONG_CURRENCY, request.currency() == null ? "lines[" + i + "].sku"
                        : "currency",
                        sku + " is sold in " + product.price().currency() + ", not in " + currency));
            }
        }
        return violations;
    }

    private Order price(OrderRequest request, Map<Sku, Product> products) {
        List<PricedLine> lines = request.lines().stream().map(line -> new PricedLine(line.sku(), line.quantity(),
                Objects.requireNonNull(products.get(line.sku())).price())).toList();
        Money total = lines.stream().map(PricedLine::total).reduce(Money::plus).orElseThrow();
        return new Order(ids.next(request.customer()), request.customer(), request.paymentMethod(), lines, total);
    }
}
