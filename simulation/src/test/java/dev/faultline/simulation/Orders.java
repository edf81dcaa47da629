package dev.faultline.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.order.checkout.CheckoutOrder;

/** Random orders, for more than is in stock. */
final class Orders {
    static final List<Sku> SKUS = List.of(new Sku("COFFEE"), new Sku("MUG"), new Sku("TEA"));
    private static final List<OrderId> IDS = IntStream.rangeClosed(1, 8)
            .mapToObj(number -> new OrderId(String.format(Locale.ROOT, "7K-%020d", number))).toList();
    private static final Map<OrderId, String> NAMES = IDS.stream().collect(Collectors.toMap(id -> id, id -> "order "
            + Integer.parseInt(id.value().substring(3))));
    private static final List<String> CARDS = List.of("card-visa", "card-mastercard", "sepa-debit", "card-declined");

    private Orders() {}

    static CheckoutOrder draw(World world, int number) {
        int first = world.below(SKUS.size());
        int second = world.below(SKUS.size());
        var one = new OrderLine(SKUS.get(first), 1 + world.below(2));
        List<OrderLine> lines = first == second
                ? List.of(one)
                : List.of(one, new OrderLine(SKUS.get(second), 1 + world.below(2)));
        int pieces = lines.stream().mapToInt(OrderLine::quantity).sum();
        return new CheckoutOrder(IDS.get(number), lines, new Money(100L * pieces + number + 1, "EUR"),
                CARDS.get(world.below(CARDS.size())), "alice");
    }

    /** A short name for histories. */
    static String nameOf(OrderId id) {
        return Objects.requireNonNull(NAMES.get(id));
    }
}
