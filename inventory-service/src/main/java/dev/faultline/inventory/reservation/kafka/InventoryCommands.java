package dev.faultline.inventory.reservation.kafka;

import java.util.List;

import dev.faultline.contracts.InventoryCommand;
import dev.faultline.inventory.reservation.jdbc.JdbcReservations;
import dev.faultline.inventory.reservation.jdbc.JdbcReservations.CommandResult;
import dev.faultline.messaging.MessageHandler;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.ReceivedMessage;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/** Executes batches of commands and records metrics. */
@Component
class InventoryCommands implements MessageHandler<InventoryCommand> {
    private static final Logger log = LoggerFactory.getLogger(InventoryCommands.class);

    private final JdbcReservations reservations;
    private final MessageTracing tracing;
    private final MeterRegistry metrics;

    InventoryCommands(JdbcReservations reservations, MessageTracing tracing, MeterRegistry metrics) {
        this.reservations = reservations;
        this.tracing = tracing;
        this.metrics = metrics;
    }

    @Override
    public void handle(List<ReceivedMessage<InventoryCommand>> batch) {
        reservations.handle(batch).forEach(this::report);
    }

    private void report(CommandResult result) {
        metrics.counter("faultline.inventory.replies", "reply", result.reply().getClass().getSimpleName()).increment();
        if (log.isDebugEnabled()) {
            tracing.runInSpan(result.command(), () -> {
                try (var _ = MDC.putCloseable("orderId", result.reply().orderId().value())) {
                    log.debug("{}", result.reply());
                }
            });
        }
    }
}
