package dev.faultline.cli;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.local.LocalTarget;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that place and show orders, and the one that gets a token to do so. */
@Command
final class OrderCommands {
    private OrderCommands() {}

    @Command(description = "Places an order and shows the steps of its checkout.", footer = {"",
        "The acquirer accepts card-visa, card-mastercard and sepa-debit, and declines card-declined and card-expired. "
                + "TIME-MACHINE is never in stock."})
    static void order(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--sku", defaultValue = "COFFEE-1KG", description = "the product (default: "
                    + "${DEFAULT-VALUE})") String sku,
            @Option(names = "--quantity", paramLabel = "N", defaultValue = "1", description = "the quantity (default: "
                    + "${DEFAULT-VALUE})") int quantity,
            @Option(names = "--customer", defaultValue = "alice", description = "the customer (default: "
                    + "${DEFAULT-VALUE})") String customer,
            @Option(names = "--payment-method", paramLabel = "METHOD", defaultValue = "card-visa", description = "the "
                    + "payment method (default: ${DEFAULT-VALUE})") String paymentMethod,
            @Option(names = "--key", description = "the idempotency key; the same key returns the same order (default: a "
                    + "new key)") @Nullable String key,
            @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "10", description = "the longest wait for "
                    + "the outcome, at most 10 (default: ${DEFAULT-VALUE})") int waitSeconds) {
        Terminal terminal = output.terminal();
        try (var platform = new PlatformClient(new LocalTarget(option.cluster()))) {
            var request = new OrderRequest(customer, paymentMethod, List.of(new Order.Line(sku, quantity)));
            new OrderText(terminal).details(platform.place(request, key == null ? UUID.randomUUID().toString() : key,
                    Duration.ofSeconds(waitSeconds)));
        }
    }

    @Command(description = "Lists a customer's orders.")
    static void orders(@Mixin Output output, @Mixin ClusterOption option,
            @Option(names = "--customer", defaultValue = "alice", description = "the customer (default: ${DEFAULT-VALUE})") String customer,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "the number of orders, at most "
                    + "100 (default: ${DEFAULT-VALUE})") int limit) {
        Terminal terminal = output.terminal();
        try (var platform = new PlatformClient(new LocalTarget(option.cluster()))) {
            List<Order> orders = platform.orders(customer, limit);
            if (orders.isEmpty()) {
                terminal.line(customer + " has no orders. Place one: ./faultline order --customer " + customer);
            }
            orders.forEach(new OrderText(terminal)::listed);
        }
    }

    @Command(description = "Follows an order until its checkout completes.")
    static void watch(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "ORDER", description = "the order's id") String id) {
        Terminal terminal = output.terminal();
        try (var platform = new PlatformClient(new LocalTarget(option.cluster()))) {
            new OrderText(terminal).follow(() -> platform.order(id));
        }
    }

    @Command(description = {"Prints an access token, valid for five minutes.",
        "For example: curl --header \"Authorization: Bearer $(./faultline token alice)\" ..."})
    static void token(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "CLIENT", description = "alice, bob, carol, clerk, shop or operator") String client) {
        option.cluster().requireRunning();
        output.terminal().line(new LocalTarget(option.cluster()).credentials().token(client));
    }
}
