package dev.faultline.messaging;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/** Settings of messaging. An invalid value prevents the start; the message names the property. */
@ConfigurationProperties("faultline.messaging")
public record MessagingProperties(@DefaultValue Outbox outbox, @DefaultValue Consumers consumers,
        @DefaultValue Topics topics) {

    /**
     * @param maxMessageSize the maximum size of a message with its envelope; below Kafka's record limit of 1 MiB
     * @param maxInFlight the number of unacknowledged messages at which a relay stops reading the log
     * @param batchInterval the interval between batches of a busy relay: longer ones make larger batches, which cost less,
     *        and add as much to the latency
     * @param confirmInterval how often the log position is confirmed; a crashed relay resends at most this much
     * @param standbyInterval how often a standby relay checks whether the slot is free
     * @param startTimeout how long the start of the service waits for the replication slots
     * @param stopTimeout how long the stop of the service waits for in-flight messages
     */
    public record Outbox(@DefaultValue("256KB") DataSize maxMessageSize, @DefaultValue("1000") int maxInFlight,
            @DefaultValue("100ms") Duration batchInterval, @DefaultValue("1s") Duration confirmInterval,
            @DefaultValue("1s") Duration standbyInterval,
            @DefaultValue("30s") Duration startTimeout, @DefaultValue("5s") Duration stopTimeout) {
        public Outbox {
            check(maxMessageSize.toBytes() > 0 && maxMessageSize.toKilobytes() <= 900, "outbox.max-message-size",
                    "must be positive and at most 900KB");
            check(maxInFlight > 0, "outbox.max-in-flight", "must be positive");
            checkPositive(batchInterval, "outbox.batch-interval");
            check(batchInterval.compareTo(confirmInterval) <= 0, "outbox.batch-interval",
                    "must not exceed confirm-interval");
            checkPositive(confirmInterval, "outbox.confirm-interval");
            checkPositive(standbyInterval, "outbox.standby-interval");
            checkPositive(startTimeout, "outbox.start-timeout");
            checkPositive(stopTimeout, "outbox.stop-timeout");
        }
    }

    /**
     * @param concurrency the number of threads per container
     * @param maxPollRecords the maximum batch size
     * @param maxPollInterval how long a batch may be processed before its partitions are reassigned
     * @param attempts the number of deliveries after which a failing message becomes a dead letter
     * @param backOff the delay before the first retry, doubled for each further one
     * @param maxBackOff the maximum delay; well below maxPollInterval, because nothing is polled meanwhile
     */
    public record Consumers(@DefaultValue("1") int concurrency, @DefaultValue("200") int maxPollRecords,
            @DefaultValue("5m") Duration maxPollInterval, @DefaultValue("4") int attempts,
            @DefaultValue("100ms") Duration backOff, @DefaultValue("5s") Duration maxBackOff) {
        public Consumers {
            check(concurrency > 0, "consumers.concurrency", "must be positive");
            check(maxPollRecords > 0, "consumers.max-poll-records", "must be positive");
            check(attempts > 0, "consumers.attempts", "must be positive");
            checkPositive(backOff, "consumers.back-off");
            check(maxBackOff.compareTo(backOff) >= 0, "consumers.max-back-off", "must not be less than back-off");
            check(maxPollInterval.compareTo(maxBackOff.multipliedBy(2)) >= 0, "consumers.max-poll-interval",
                    "must be at least twice max-back-off");
        }
    }

    /**
     * @param replicationFactor the replication factor of topics; null for the brokers' {@code
     *        default.replication.factor}
     * @param retention the retention of messages
     * @param deadLetterRetention the retention of dead letters
     */
    public record Topics(@DefaultValue("8") int partitions, @Nullable Integer replicationFactor,
            @DefaultValue("3d") Duration retention, @DefaultValue("30d") Duration deadLetterRetention) {
        static final Duration SEGMENT = Duration.ofDays(1);

        public Topics {
            check(partitions > 0, "topics.partitions", "must be positive");
            check(replicationFactor == null || (replicationFactor > 0 && replicationFactor < 8),
                    "topics.replication-factor", "must be 1 to 7");
            checkPositive(retention, "topics.retention");
            checkPositive(deadLetterRetention, "topics.dead-letter-retention");
        }
    }

    private static void checkPositive(Duration value, String property) {
        check(value.isPositive(), property, "must be positive");
    }

    private static void check(boolean valid, String property, String rule) {
        if (!valid) {
            throw new IllegalArgumentException("faultline.messaging." + property + " " + rule);
        }
    }
}
