package dev.faultline.cli;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;

/** Creates a small catalogue, and places two sample orders. */
final class FirstOrders {
    private static final Duration WARM_UP = Duration.ofSeconds(45);
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);
    private static final List<Product> CATALOGUE = List.of(
            new Product("COFFEE-1KG", "Coffee beans, 1 kg", 1_890, 10_000),
            new Product("TEA-200G", "Green tea, 200 g", 990, 10_000),
            new Product("MUG", "Mug", 1_250, 10_000),
            new Product("GRINDER", "Coffee grinder", 14_900, 500),
            new Product("TIME-MACHINE", "Time machine; never in stock", 99_999_900, 0));

    private record Product(String sku, String name, long price, int stock) {}

    private final PlatformClient platform;
    private final Terminal terminal;

    FirstOrders(PlatformClient platform, Terminal terminal) {
        this.platform = platform;
        this.terminal = terminal;
    }

    /** Idempotent. */
    void createCatalogue() {
        for (Product product : CATALOGUE) {
            withRetries(() -> {
                platform.putProduct(product.sku(), product.name(), new Money(product.price(), "EUR"));
                if (product.stock() > 0) {
                    platform.receiveStock(product.sku(), "first-delivery", product.stock());
                }
                return product;
            });
        }
        terminal.report("catalogue", CATALOGUE.size() + " products in stock, except TIME-MACHINE");
    }

    void placeConfirmed() {
        place("first order", new OrderRequest("alice", "card-visa", List.of(new Order.Line("COFFEE-1KG", 2))));
    }

    void placeCompensated() {
        place("second order", new OrderRequest("bob", "card-declined", List.of(new Order.Line("MUG", 1),
                new Order.Line("TEA-200G", 3))));
    }

    private void place(String which, OrderRequest request) {
        var key = UUID.randomUUID().toString();
        Order order = withRetries(() -> platform.place(request, key, WAIT));
        terminal.report(which, order.status());
        terminal.line("");
        new OrderText(terminal).details(order);
        terminal.line("");
    }

    /** Retries an idempotent step, which fails while the gateway has not discovered every service yet. */
    private static <T> T withRetries(Supplier<T> step) {
        long deadline = System.nanoTime() + WARM_UP.toNanos();
        while (true) {
            try {
                return step.get();
            } catch (FaultlineException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Polling.sleep(RETRY_INTERVAL);
            }
        }
    }
}
