package dev.faultline.verification.load;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;

/** Orders of one line each, over 16 products and 10,000 customers unless it is one; every one can be confirmed. */
public final class LoadOrders {
    private static final int CUSTOMERS = 10_000;
    private static final List<String> SKUS = IntStream.rangeClosed(1, 16).mapToObj("LOAD-%02d"::formatted).toList();

    private final PlatformClient platform;
    private final String run;
    private final LongFunction<String> customers;

    /** @param command makes up the idempotency keys, together with a random part */
    public LoadOrders(PlatformClient platform, String command) {
        this(platform, command, number -> "customer-" + number * 7_919 % CUSTOMERS);
    }

    private LoadOrders(PlatformClient platform, String command, LongFunction<String> customers) {
        this.platform = platform;
        this.run = command + "-" + UUID.randomUUID();
        this.customers = customers;
    }

    /** All of one customer, as whom the platform's client must place them. */
    public static LoadOrders of(String customer, PlatformClient platform, String command) {
        return new LoadOrders(platform, command, _ -> customer);
    }

    /**
     * Creates the products and receives stock.
     *
     * @param phase as for {@link #generator}
     * @param orders how many orders the stock must suffice for
     */
    public void stock(String phase, int orders) {
        for (String sku : SKUS) {
            platform.putProduct(sku, "Load test", new Money(100, "EUR"));
            platform.receiveStock(sku, run + phase, orders);
        }
    }

    /** @param phase unique among those of this object */
    public LoadGenerator generator(String phase) {
        return new LoadGenerator(platform, run + phase, this::request);
    }

    /** Places one of the orders, and waits for its outcome at most this long. A repetition returns the same order. */
    public Order place(long number, Duration wait) {
        return place(number, wait, Map.of());
    }

    /** @param headers to send besides the usual ones */
    public Order place(long number, Duration wait, Map<String, String> headers) {
        return platform.place(request(number), run + "-" + number, wait, headers);
    }

    private OrderRequest request(long number) {
        return new OrderRequest(customers.apply(number), "card-visa", List.of(new Order.Line(SKUS.get((int) (number
                % SKUS.size())), 1)));
    }
}
