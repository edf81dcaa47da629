package dev.faultline.verification.load;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.local.TrainingLoad;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;

/** A few hundred orders that cover the common paths: confirmed, declined, out of stock, and the queries. */
public final class TrainingOrders implements TrainingLoad {
    private static final Duration FIRST_RESPONSE = Duration.ofSeconds(60);
    private static final Duration LENGTH = Duration.ofSeconds(15);
    private static final int PER_SECOND = 20;

    @Override
    public void run(URI gateway, Path secrets) {
        try (var platform = new PlatformClient(gateway, new Credentials(gateway, secrets))) {
            if (!Polling.until(FIRST_RESPONSE, () -> addStock(platform))) {
                throw new FaultlineException("The platform did not respond within " + FIRST_RESPONSE.toSeconds()
                        + " seconds.");
            }
            new LoadGenerator(platform, "training-" + UUID.randomUUID(), TrainingOrders::request)
                    .run(PER_SECOND, LENGTH, _ -> {});
            for (int i = 0; i < PER_SECOND; i++) {
                platform.orders("customer-" + i, 10).forEach(order -> platform.order(order.id()));
            }
        }
    }

    /** Fails while the gateway has not discovered every service yet. */
    private static boolean addStock(PlatformClient platform) {
        try {
            for (String sku : List.of("PLENTY-1", "PLENTY-2", "NONE")) {
                platform.putProduct(sku, sku, new Money(100, "EUR"));
            }
            platform.receiveStock("PLENTY-1", "all", 100_000);
            platform.receiveStock("PLENTY-2", "all", 100_000);
            return true;
        } catch (FaultlineException e) {
            return false;
        }
    }

    private static OrderRequest request(long number) {
        var lines = new ArrayList<>(List.of(new Order.Line("PLENTY-1", 1), new Order.Line("PLENTY-2", 2)));
        if (number % 16 == 0) {
            lines.add(new Order.Line("NONE", 1));
        }
        return new OrderRequest("customer-" + number % 100, number % 16 == 8 ? "card-declined" : "card-visa", lines);
    }
}
