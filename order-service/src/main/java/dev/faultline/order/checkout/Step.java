package dev.faultline.order.checkout;

import java.util.List;

import dev.faultline.contracts.Message;

/** The state to store and the commands to send, in one transaction. */
public record Step(Checkout next, List<Message> commands) {
    public Step {
        commands = List.copyOf(commands);
    }

    static Step to(Checkout next, Message... commands) {
        return new Step(next, List.of(commands));
    }
}
