package dev.faultline.local.cli;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import dev.faultline.local.client.Money;
import dev.faultline.local.client.Order;
import dev.faultline.local.client.PlaceOrder;
import dev.faultline.local.client.Platform;
import dev.faultline.local.parts.RefusedException;

/** A small catalogue, and the two orders with which a new cluster shows what it does. */
final class FirstOrders {
    private static final Duration WARM_UP = Duration.ofSeconds(45);
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final List<Product> CATALOGUE = List.of(
            new Product("COFFEE-1KG", "Coffee beans, 1 kg", 1_890, 10_000),
            new Product("TEA-200G", "Green tea, 200 g", 990, 10_000),
            new Product("MUG", "Mug", 1_250, 10_000),
            new Product("GRINDER", "Coffee grinder", 14_900, 500),
            new Product("TIME-MACHINE", "Time machine; never in stock", 99_999_900, 0));

    private record Product(String sku, String name, long price, int stock) {}

    private final Platform platform;
    private final Terminal terminal;

    FirstOrders(Platform platform, Terminal terminal) {
        this.platform = platform;
        this.terminal = terminal;
    }

    /** May be done again: products are put, and the same receipt of goods counts once. */
    void seed() {
        for (Product product : CATALOGUE) {
            patiently(() -> {
                platform.putProduct(product.sku(), product.name(), new Money(product.price(), "EUR"));
                if (product.stock() > 0) {
                    platform.receiveStock(product.sku(), "first-delivery", product.stock());
                }
                return product;
            });
        }
        terminal.report("catalogue", CATALOGUE.size() + " products in stock, but for TIME-MACHINE");
    }

    void confirmed() {
        place("first order", new PlaceOrder("alice", "card-visa", List.of(new Order.Line("COFFEE-1KG", 2))));
    }

    void compensated() {
        place("second order", new PlaceOrder("bob", "card-declined", List.of(new Order.Line("MUG", 1),
                new Order.Line("TEA-200G", 3))));
    }

    private void place(String which, PlaceOrder wish) {
        var key = UUID.randomUUID().toString();
        Order order = patiently(() -> platform.place(wish, key, WAIT));
        terminal.report(which, order.status());
        terminal.line("");
        new OrderText(terminal).whole(order);
        terminal.line("");
    }

    /** A gateway that has just started does not know every service yet. Each step has a key, so it may be repeated. */
    private static <T> T patiently(Supplier<T> step) {
        long deadline = System.nanoTime() + WARM_UP.toNanos();
        while (true) {
            try {
                return step.get();
            } catch (RefusedException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }
}
