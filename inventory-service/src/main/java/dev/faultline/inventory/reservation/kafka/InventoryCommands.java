package dev.faultline.inventory.reservation.kafka;

import java.util.List;

import dev.faultline.contracts.InventoryCommand;
import dev.faultline.inventory.reservation.jdbc.JdbcReservations;
import dev.faultline.inventory.reservation.jdbc.JdbcReservations.Answered;
import dev.faultline.messaging.MessageHandler;
import dev.faultline.messaging.MessageTracing;
import dev.faultline.messaging.ReceivedMessage;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/** Executes each batch and records metrics. */
@Component
class InventoryCommands implements MessageHandler<InventoryCommand> {
    private static final Logger log = LoggerFactory.getLogger(InventoryCommands.class);

    private final JdbcReservations reservations;
    private final MessageTracing tracing;
    private final MeterRegistry metrics;
    private final DistributionSummary batchSize;

    InventoryCommands(JdbcReservations reservations, MessageTracing tracing, MeterRegistry metrics) {
        this.reservations = reservations;
        this.tracing = tracing;
        this.metrics = metrics;
        this.batchSize = DistributionSummary.builder("inventory.batch").baseUnit("commands")
                .description("commands that were polled together").register(metrics);
    }

    @Override
    public void handle(List<ReceivedMessage<InventoryCommand>> batch) {
        batchSize.record(batch.size());
        reservations.handle(batch).forEach(this::tell);
    }

    private void tell(Answered answered) {
        metrics.counter("inventory.replies", "reply", answered.reply().getClass().getSimpleName()).increment();
        tracing.within(answered.command(), () -> {
            try (var _ = MDC.putCloseable("orderId", answered.reply().orderId().value())) {
                log.info("{}", answered.reply());
            }
        });
    }
}
