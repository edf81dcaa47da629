package dev.faultline.cli;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.faultline.verification.client.Order;

/** Prints orders. */
final class OrderText {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private final Terminal terminal;

    OrderText(Terminal terminal) {
        this.terminal = terminal;
    }

    void details(Order order) {
        head(order);
        order.timeline().forEach(step -> step(order, step));
        end(order);
    }

    /** Polls five times a second, prints new steps, and returns when the order is complete. */
    void follow(Supplier<Order> poll) {
        Order order = poll.get();
        head(order);
        int shown = 0;
        while (true) {
            for (Order.Step step : order.timeline().subList(shown, order.timeline().size())) {
                step(order, step);
            }
            shown = order.timeline().size();
            if (order.isComplete()) {
                end(order);
                return;
            }
            try {
                Thread.sleep(POLL_INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            order = poll.get();
        }
    }

    private void head(Order order) {
        terminal.line("Order " + order.id() + ": " + lines(order) + " for " + order.customer() + ", " + order.total()
                + " by " + order.paymentMethod());
    }

    /** Prints the time, the reply, the new state, and the commands sent. */
    private void step(Order order, Order.Step step) {
        String reply = step.reply() == null ? "placed" : step.reply();
        String commands = step.commands().isEmpty() ? "" : "-> " + String.join(", ", step.commands());
        terminal.line("%8s  %-22s %-22s %s".formatted("+" + Duration.between(order.placedAt(), step.at()).toMillis()
                + " ms", reply, step.state(), commands).stripTrailing());
    }

    private void end(Order order) {
        String status = terminal.coloured(colour(order), order.status());
        Order.Rejection rejection = order.rejection();
        if (!order.isComplete()) {
            terminal.line("  " + status + ": in progress. Follow it: ./faultline watch " + order.id());
        } else if (rejection == null) {
            terminal.line("  " + status + " after " + order.took().toMillis() + " ms");
        } else {
            terminal.line("  " + status + " after " + order.took().toMillis() + " ms: " + rejection.code() + ", "
                    + rejection.detail());
        }
    }

    void listed(Order order) {
        terminal.line("%-24s %-10s %12s  %-19s  %s".formatted(order.id(), order.status(), order.total(),
                order.placedAt().toString().substring(0, 19).replace('T', ' '), lines(order)));
    }

    private static String lines(Order order) {
        return order.lines().stream().map(line -> line.quantity() + " x " + line.sku())
                .collect(Collectors.joining(", "));
    }

    private static Terminal.Colour colour(Order order) {
        return switch (order.status()) {
            case "CONFIRMED" -> Terminal.Colour.GREEN;
            case "REJECTED" -> Terminal.Colour.RED;
            default -> Terminal.Colour.YELLOW;
        };
    }
}
