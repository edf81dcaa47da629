package dev.faultline.verification.history;

import dev.faultline.verification.client.Money;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the acquirer's journal: what really happened to a card.
 *
 * @param kind   CHARGED, DECLINED, VOIDED or REFUNDED
 * @param order  the order's id, which is the payment's id at the acquirer
 * @param amount null if the payment was voided before it was requested
 */
public record AcquirerEntry(String kind, String order, @Nullable Money amount) {}
