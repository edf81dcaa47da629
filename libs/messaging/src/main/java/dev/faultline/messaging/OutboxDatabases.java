package dev.faultline.messaging;

import java.util.List;

/** The databases of a service that have an outbox; a bean of the service. With it come relays and the inbox's pruning. */
@FunctionalInterface
public interface OutboxDatabases {

    List<OutboxDatabase> all();
}
