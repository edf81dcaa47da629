package dev.faultline.messaging;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/** The bounds of messaging. A value that cannot work stops the start, naming the property. */
@ConfigurationProperties("faultline.messaging")
public record MessagingProperties(@DefaultValue Outbox outbox, @DefaultValue Inbox inbox,
        @DefaultValue Consumers consumers, @DefaultValue Topics topics) {

    public MessagingProperties {
        check(inbox.retention().compareTo(topics.retention().plus(Topics.SEGMENT)) > 0, "inbox.retention",
                "must exceed topics.retention by more than a day: what Kafka may still deliver must still be known");
    }

    /**
     * @param maxMessageSize of one message with its envelope; stays below Kafka's limit of 1 MiB for a record
     * @param maxInFlight messages handed to Kafka and not yet acknowledged; at this many the relay stops reading
     * @param confirmInterval how often the log's position is confirmed: a relay that is killed repeats as much
     * @param standbyInterval how often a relay that stands by looks whether it is needed
     * @param startTimeout how long the start of the service waits for the replication slots
     * @param stopTimeout how long the stop of the service waits for messages in flight
     */
    public record Outbox(@DefaultValue("256KB") DataSize maxMessageSize, @DefaultValue("1000") int maxInFlight,
            @DefaultValue("1s") Duration confirmInterval, @DefaultValue("1s") Duration standbyInterval,
            @DefaultValue("30s") Duration startTimeout, @DefaultValue("5s") Duration stopTimeout) {
        public Outbox {
            check(maxMessageSize.toBytes() > 0 && maxMessageSize.toKilobytes() <= 900, "outbox.max-message-size",
                    "must be positive and at most 900KB");
            check(maxInFlight > 0, "outbox.max-in-flight", "must be positive");
            checkPositive(confirmInterval, "outbox.confirm-interval");
            checkPositive(standbyInterval, "outbox.standby-interval");
            checkPositive(startTimeout, "outbox.start-timeout");
            checkPositive(stopTimeout, "outbox.stop-timeout");
        }
    }

    /**
     * @param retention how long the id of a handled message is known
     * @param pruneInterval how often older ones are removed
     * @param pruneBatch how many of them in one transaction, a hundred transactions at a time at most
     */
    public record Inbox(@DefaultValue("7d") Duration retention, @DefaultValue("10m") Duration pruneInterval,
            @DefaultValue("5000") int pruneBatch) {
        public Inbox {
            checkPositive(retention, "inbox.retention");
            checkPositive(pruneInterval, "inbox.prune-interval");
            check(pruneBatch > 0, "inbox.prune-batch", "must be positive");
        }
    }

    /**
     * @param concurrency threads for each container
     * @param maxPollRecords the largest batch
     * @param maxPollInterval how long the handling of a batch may take before its partitions are given to another
     * @param attempts deliveries of a message that fails by its own fault before it becomes a dead letter
     * @param backOff the pause before a repetition, doubled each time
     * @param maxBackOff the longest pause; while it lasts nothing is polled, so it stays well below maxPollInterval
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
     * @param replicationFactor how many brokers keep a topic; null leaves it to the brokers, as
     *        {@code default.replication.factor} says there
     * @param retention how long Kafka keeps a message
     * @param deadLetterRetention how long Kafka keeps a dead letter
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

    private static void check(boolean holds, String property, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("faultline.messaging." + property + " " + rule);
        }
    }
}
