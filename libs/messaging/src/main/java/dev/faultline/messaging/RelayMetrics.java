package dev.faultline.messaging;

import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import org.jspecify.annotations.Nullable;

/** A relay's metrics, tagged with its database. The gauges are 0 while it stands by. */
final class RelayMetrics {
    private final MeterRegistry meters;
    private final String database;
    final Counter relayed;
    final Counter undeliverable;
    final Counter restarts;
    final Counter lostSlots;
    private volatile @Nullable RelaySession session;

    RelayMetrics(MeterRegistry meters, String database) {
        this.meters = meters;
        this.database = database;
        this.relayed = counter("faultline.outbox.messages.relayed", "messages acknowledged by Kafka");
        this.undeliverable = counter("faultline.outbox.messages.undeliverable",
                "messages that were skipped because no retry can deliver them");
        this.restarts = counter("faultline.outbox.restarts", "restarts of the replication stream after a failure");
        this.lostSlots = counter("faultline.outbox.slots.lost",
                "replication slots that were lost together with their messages");
        gauge("faultline.outbox.active", "1 if this instance relays the outbox, 0 if it stands by", null, _ -> 1);
        gauge("faultline.outbox.in.flight", "messages sent to Kafka and not acknowledged", BaseUnits.MESSAGES,
                RelaySession::messagesInFlight);
        gauge("faultline.outbox.lag", "log received and not confirmed", BaseUnits.BYTES,
                RelaySession::lagBytes);
    }

    /** Sets the session that the gauges measure; null while the relay stands by. */
    void measure(@Nullable RelaySession current) {
        session = current;
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).tag("database", database).register(meters);
    }

    private void gauge(String name, String description, @Nullable String unit, ToDoubleFunction<RelaySession> value) {
        Gauge.builder(name, () -> {
            RelaySession current = session;
            return current == null ? 0 : value.applyAsDouble(current);
        }).description(description).baseUnit(unit).tag("database", database).register(meters);
    }
}
