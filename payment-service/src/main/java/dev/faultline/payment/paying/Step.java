package dev.faultline.payment.paying;

import java.util.List;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.payment.ledger.Transfer;
import org.jspecify.annotations.Nullable;

/**
 * The result of a command or an answer, to be stored in one transaction. If {@code next} is a {@link Payment.Pending},
 * the acquirer is called afterwards.
 *
 * @param reply to the checkout; null if there is none yet
 * @param transfers the transfers to append to the ledger, unless it has them already
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
