/**
 * Messages between services over Kafka, sent with the database transaction that causes them and handled at least once
 * with the effects of once: outbox, relay, inbox, consumers, dead letters.
 */
@NullMarked
package dev.faultline.messaging;

import org.jspecify.annotations.NullMarked;
