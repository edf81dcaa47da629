package dev.faultline.messaging;

import java.util.List;

/** The databases of a service that have an outbox. Defining this bean enables the relays. */
@FunctionalInterface
public interface OutboxDatabases {

    List<OutboxDatabase> all();
}
