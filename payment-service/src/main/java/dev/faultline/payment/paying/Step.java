package dev.faultline.payment.paying;

import java.util.List;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.payment.ledger.Transfer;
import org.jspecify.annotations.Nullable;

/**
 * What a command or an answer leads to, to be stored in one transaction. If {@code next} is a
 * {@link Payment.Pending}, the acquirer is to be asked after that.
 *
 * @param reply to the checkout; null if there is nothing to say, or not yet
 * @param transfers that the ledger must hold from now on; it may hold them already
 */
public record Step(Payment next, @Nullable CheckoutReply reply, List<Transfer> transfers) {
    public Step {
        transfers = List.copyOf(transfers);
    }

    static Step to(Payment next, CheckoutReply reply, Transfer... transfers) {
        return new Step(next, reply, List.of(transfers));
    }

    static Step withoutReply(Payment next) {
        return new Step(next, null, List.of());
    }
}
