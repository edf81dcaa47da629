package dev.faultline.order.ordering;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.catalogue.Product;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.ordering.Orders.PlaceResult;
import dev.faultline.order.ordering.Placement.Violation;
import dev.faultline.order.ordering.Placement.Violation.Kind;
import org.jspecify.annotations.Nullable;

/** Places an order: prices it, stores it, and starts its checkout. */
public final class PlacingOrder {
    private final Catalogue catalogue;
    private final Orders orders;
    private final OrderIds ids;

    public PlacingOrder(Catalogue catalogue, Orders orders, OrderIds ids) {
        this.catalogue = catalogue;
        this.orders = orders;
        this.ids = ids;
    }

    /**
     * Accepted orders are durable. With an idempotency key, a request that is repeated, even concurrently, creates one
     * order. Keys are scoped to the customer.
     */
    public Placement place(OrderRequest request, @Nullable String idempotencyKey) {
        Map<Sku, Product> products = catalogue.find(request.lines().stream().map(OrderLine::sku).toList());
        List<Violation> violations = violations(request, products);
        if (!violations.isEmpty()) {
            return new Placement.Invalid(violations);
        }
        Order order = price(request, products);
        var idempotent = idempotencyKey == null ? null : new IdempotencyRecord(idempotencyKey, request.hash());
        return switch (orders.place(order, Checkout.begin(checkoutOrder(order)), idempotent)) {
            case PlaceResult.Created() -> new Placement.Accepted(order.id());
            case PlaceResult.Duplicate(var earlier, var sameRequest) ->
                sameRequest ? new Placement.Accepted(earlier) : new Placement.KeyReused();
            case PlaceResult.BacklogFull() -> new Placement.Busy();
        };
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

    private static CheckoutOrder checkoutOrder(Order order) {
        return new CheckoutOrder(order.id(), order.lines().stream().map(PricedLine::unpriced).toList(), order.total(),
                order.paymentMethod());
    }
}
