/**
 * Messaging between services over Kafka: a transactional outbox and its relay, consumers that deliver at least once, and
 * dead letters.
 */
@NullMarked
package dev.faultline.messaging;

import org.jspecify.annotations.NullMarked;
