package dev.faultline.protocols.dynamo;

import dev.faultline.protocols.dynamo.Message.Operation;

sealed interface Timer {

    /** Who has not stored it by now gets a stand-in. */
    record HandOff(Operation operation) implements Timer {}

    /** Who has not answered by now is not repaired. */
    record Repair(Operation operation) implements Timer {}

    record DeliverHints() implements Timer {}

    record Client() implements Timer {}
}
