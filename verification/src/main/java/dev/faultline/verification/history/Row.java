package dev.faultline.verification.history;

import java.util.List;

import dev.faultline.verification.client.Money;
import org.jspecify.annotations.Nullable;

/** A row of a service's database, and the shard it was read from. */
public sealed interface Row {

    Place place();

    /** Unique among all rows of this type on all shards. */
    String identity();

    /** The order's id or the SKU. */
    String subject();

    /** The bucket that the row belongs to. */
    int expectedBucket();

    /** A row that lies with an order. */
    sealed interface OfOrder extends Row {
        String order();

        @Override
        default String subject() {
            return order();
        }

        @Override
        default int expectedBucket() {
            return Buckets.ofOrder(order());
        }
    }

    /** A row that lies with a product. */
    sealed interface OfSku extends Row {
        String sku();

        @Override
        default String subject() {
            return sku();
        }

        @Override
        default int expectedBucket() {
            return Buckets.ofKey(sku());
        }
    }

    /**
     * @param bucket the value of the row's bucket column
     * @param detached whether the row is in a table that does not move with its bucket any more
     */
    record Place(Database database, int bucket, boolean detached) {

        public Place(Database database, int bucket) {
            this(database, bucket, false);
        }

        public static Place ofDetached(Database database, int bucket) {
            return new Place(database, bucket, true);
        }
    }

    /** One service's database on one shard. */
    record Database(String service, String shard) {
        @Override
        public String toString() {
            return service + " on " + shard;
        }
    }

    record OrderRow(Place place, String id, String customer, Money total, List<Line> lines) implements Row {
        public record Line(String sku, int quantity) {}

        public OrderRow {
            lines = List.copyOf(lines);
        }

        @Override
        public String identity() {
            return "order " + id;
        }

        @Override
        public String subject() {
            return id;
        }

        @Override
        public int expectedBucket() {
            return Buckets.ofOrder(id);
        }
    }

    record CheckoutRow(Place place, String order, int version, String state) implements OfOrder {
        boolean isConfirmed() {
            return state.equals("CONFIRMED");
        }

        boolean isComplete() {
            return isConfirmed() || state.equals("REJECTED");
        }

        @Override
        public String identity() {
            return "checkout of " + order;
        }
    }

    record StepRow(Place place, String order, int version, String state) implements OfOrder {
        @Override
        public String identity() {
            return "step " + version + " of " + order;
        }
    }

    record KeyRow(Place place, String customer, String key, String order) implements OfOrder {
        @Override
        public String identity() {
            return "key " + key + " of " + customer;
        }

        /** Keys are stored with their customer. */
        @Override
        public int expectedBucket() {
            return Buckets.ofKey(customer);
        }
    }

    record StockRow(Place place, String sku, long available, long reserved) implements OfSku {
        @Override
        public String identity() {
            return "stock of " + sku;
        }
    }

    record ReceiptRow(Place place, String sku, String receipt, long quantity) implements OfSku {
        @Override
        public String identity() {
            return "receipt " + receipt + " of " + sku;
        }
    }

    record ReservationRow(Place place, String order, String sku, long quantity, String status) implements OfSku {
        boolean isHeld() {
            return status.equals("RESERVED");
        }

        @Override
        public String identity() {
            return "reservation of " + sku + " for " + order;
        }
    }

    /** @param amount null if the payment was voided before it was requested */
    record PaymentRow(Place place, String order, String status, @Nullable Money amount) implements OfOrder {
        @Override
        public String identity() {
            return "payment of " + order;
        }
    }

    /** @param amount positive for a debit, negative for a credit */
    record PostingRow(Place place, String order, String kind, String account, Money amount) implements OfOrder {
        @Override
        public String identity() {
            return kind + " of " + order + " on " + account;
        }
    }
}
