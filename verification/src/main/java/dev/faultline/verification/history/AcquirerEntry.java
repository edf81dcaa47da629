package dev.faultline.verification.history;

import dev.faultline.verification.client.Money;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the acquirer's journal: what really happened to a card.
 *
 * @param kind   AUTHORIZED, DECLINED, CAPTURED, VOIDED or REFUNDED
 * @param order  whose id is the payment's at the acquirer
 * @param amount null where a void came before anything was asked for
 */
public record AcquirerEntry(String kind, String order, @Nullable Money amount) {}
