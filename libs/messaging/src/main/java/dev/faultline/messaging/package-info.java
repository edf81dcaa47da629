/**
 * Messaging between services over Kafka: a transactional outbox and its relay, consumers, an inbox that makes
 * at-least-once delivery effectively once, and dead letters.
 */
@NullMarked
package dev.faultline.messaging;

import org.jspecify.annotations.NullMarked;
