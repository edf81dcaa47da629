package dev.faultline.experiments.messaging;

/** The event of {@link OutboxAndDualWrite}. */
sealed interface OrderEvent permits OrderEvent.OrderPlaced {

    record OrderPlaced(String order) implements OrderEvent {}
}
