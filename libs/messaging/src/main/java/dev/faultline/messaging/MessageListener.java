package dev.faultline.messaging;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.micrometer.tracing.Span;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.BatchMessageListener;

/**
 * Gives what was polled to the handler as one batch and, if that fails, message by message until one fails alone. That
 * one is named to the {@link org.springframework.kafka.listener.DefaultErrorHandler}, which commits what came before it,
 * pauses, and has the rest polled again, or has this one set aside.
 */
final class MessageListener<M> implements BatchMessageListener<String, byte[]> {
    private final MessageTypes<M> types;
    private final MessageHandler<M> handler;
    private final MessageTracing tracing;

    MessageListener(MessageTypes<M> types, MessageHandler<M> handler, MessageTracing tracing) {
        this.types = types;
        this.handler = handler;
        this.tracing = tracing;
    }

    @Override
    public void onMessage(List<ConsumerRecord<String, byte[]>> records) {
        var messages = new ArrayList<ReceivedMessage<M>>(records.size());
        for (ConsumerRecord<String, byte[]> message : records) {
            try {
                messages.add(read(message));
            } catch (UnreadableMessageException e) {
                handleAll(messages); // what comes after it is polled again
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
            if (messages.size() == 1 || failure instanceof Failure.Passing) {
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
            Span span = tracing.receive(message);
            spans.add(span);
            batch.add(tracing.handOn(message, span));
        }
        try {
            if (batch.size() == 1) {
                // Then everything the handler does is for this message, and belongs to its trace.
                tracing.within(batch.getFirst(), () -> handler.handle(batch));
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
            throw new UnreadableMessageException("a message without id", null);
        }
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new UnreadableMessageException("a message whose id is no UUID", e);
        }
    }
}
