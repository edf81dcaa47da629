package dev.faultline.messaging;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.tracing.Span;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.BatchMessageListener;

/**
 * Passes each polled batch to the handler and, if that fails, its messages one at a time until one fails. A {@link
 * Failure} reports that message to the {@link org.springframework.kafka.listener.DefaultErrorHandler}, which commits
 * the offsets before it and either seeks back to it after a back-off or publishes it as a dead letter.
 */
final class MessageListener<M> implements BatchMessageListener<String, byte[]> {
    private final MessageTypes<M> types;
    private final MessageHandler<M> handler;
    private final MessageTracing tracing;
    private final DistributionSummary batchSize;

    MessageListener(MessageTypes<M> types, MessageHandler<M> handler, MessageTracing tracing,
            DistributionSummary batchSize) {
        this.types = types;
        this.handler = handler;
        this.tracing = tracing;
        this.batchSize = batchSize;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        batchSize.record(records.size());
        var messages = new ArrayList<ReceivedMessage<M>>(records.size());
        for (ConsumerRecord<String, byte[]> message : records) {
            try {
                messages.add(read(message));
            } catch (UnreadableMessageException e) {
                handleAll(messages); // the messages after it are redelivered
                throw new Failure.Unreadable(e, messages.size());
            }
        }
        handleAll(messages);
    }

    private void handleAll(List<ReceivedMessage<M>> messages) {
        if (messages.isEmpty()) {
            return;
        }
        try {
            handle(messages);
            return;
        } catch (RuntimeException | Error e) {
            Failure failure = Failure.of(e, 0);
            if (messages.size() == 1 || failure instanceof Failure.Transient) {
                throw failure;
            }
        }
        for (int i = 0; i < messages.size(); i++) {
            try {
                handle(messages.subList(i, i + 1));
            } catch (RuntimeException | Error e) {
                throw Failure.of(e, i);
            }
        }
    }

    private void handle(List<ReceivedMessage<M>> messages) {
        var batch = new ArrayList<ReceivedMessage<M>>(messages.size());
        var spans = new ArrayList<Span>(messages.size());
        for (ReceivedMessage<M> message : messages) {
            Span span = tracing.startConsumerSpan(message);
            spans.add(span);
            batch.add(tracing.withSpan(message, span));
        }
        try {
            if (batch.size() == 1) {
                // All work of the handler belongs to this message's trace.
                tracing.runInSpan(batch.getFirst(), () -> handler.handle(batch));
            } else {
                handler.handle(batch);
            }
        } catch (RuntimeException | Error e) {
            spans.forEach(span -> span.error(e));
            throw e;
        } finally {
            spans.forEach(Span::end);
        }
    }

    private ReceivedMessage<M> read(ConsumerRecord<String, byte[]> record) throws UnreadableMessageException {
        return new ReceivedMessage<>(id(record), types.read(record.headers(), record.value()),
                MessageTypes.text(record.headers(), Envelope.TRACEPARENT), record.topic(), record.partition(),
                record.offset(), Instant.ofEpochMilli(record.timestamp()));
    }

    private static UUID id(ConsumerRecord<?, ?> record) throws UnreadableMessageException {
        String id = MessageTypes.text(record.headers(), Envelope.ID);
        if (id == null) {
            throw new UnreadableMessageException("message without an id", null);
        }
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new UnreadableMessageException("message id is not a UUID", e);
        }
    }
}
