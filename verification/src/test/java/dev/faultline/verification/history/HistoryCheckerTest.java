package dev.faultline.verification.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.verification.client.Money;
import dev.faultline.verification.history.Anomaly.Kind;
import dev.faultline.verification.history.History.DeadLetter;
import dev.faultline.verification.history.History.InDoubt;
import dev.faultline.verification.history.History.Ownership;
import dev.faultline.verification.history.Row.CheckoutRow;
import dev.faultline.verification.history.Row.Database;
import dev.faultline.verification.history.Row.KeyRow;
import dev.faultline.verification.history.Row.OrderRow;
import dev.faultline.verification.history.Row.PaymentRow;
import dev.faultline.verification.history.Row.Place;
import dev.faultline.verification.history.Row.PostingRow;
import dev.faultline.verification.history.Row.ReceiptRow;
import dev.faultline.verification.history.Row.ReservationRow;
import dev.faultline.verification.history.Row.StepRow;
import dev.faultline.verification.history.Row.StockRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A history of one confirmed and one rejected order, and each way in which it could have gone wrong. */
class HistoryCheckerTest {
    private static final String BUYER = "alice";
    private static final String SKU = "MUG";
    private static final String CONFIRMED = order("alice", "1");
    private static final String REJECTED = order("bob", "2");
    private static final String NEVER = order("alice", "3");
    private static final Money TOTAL = new Money(2_500, "EUR");

    private static String order(String customer, String end) {
        String digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        int bucket = Buckets.ofKey(customer);
        return "" + digits.charAt(bucket / 32) + digits.charAt(bucket % 32) + "-" + end;
    }

    /** All of it is on shard-1; shard-2 owns the last bucket and has nothing. */
    private static Place place(String service, int bucket) {
        return new Place(new Database(service, "shard-1"), bucket);
    }

    private static Place ofOrder(String service, String order) {
        return place(service, Buckets.ofOrder(order));
    }

    private static Place ofSku(String sku) {
        return place("inventory", Buckets.ofKey(sku));
    }

    private static History sound() {
        return new History(
                List.of(ClientEntry.sent("alice", "k1"), new ClientEntry("alice", "k1", CONFIRMED, "PENDING"),
                        new ClientEntry("alice", "k1", CONFIRMED, "CONFIRMED"), ClientEntry.sent("bob", "k2"),
                        new ClientEntry("bob", "k2", REJECTED, "REJECTED")),
                List.of(new OrderRow(ofOrder("orders", CONFIRMED), CONFIRMED, "alice", TOTAL,
                        List.of(new OrderRow.Line(SKU, 2))),
                        new CheckoutRow(ofOrder("orders", CONFIRMED), CONFIRMED, 2, "CONFIRMED"),
                        step(CONFIRMED, 1, "RESERVING_STOCK"), step(CONFIRMED, 2, "CONFIRMED"),
                        new KeyRow(ofOrder("orders", CONFIRMED), "alice", "k1", CONFIRMED),
                        new OrderRow(ofOrder("orders", REJECTED), REJECTED, "bob", TOTAL,
                                List.of(new OrderRow.Line(SKU, 2))),
                        new CheckoutRow(ofOrder("orders", REJECTED), REJECTED, 2, "REJECTED"),
                        step(REJECTED, 1, "RESERVING_STOCK"), step(REJECTED, 2, "REJECTED"),
                        new KeyRow(ofOrder("orders", REJECTED), "bob", "k2", REJECTED),
                        new ReceiptRow(ofSku(SKU), SKU, "first", 10), new StockRow(ofSku(SKU), SKU, 8, 2),
                        new ReservationRow(ofSku(SKU), CONFIRMED, SKU, 2, "RESERVED"),
                        new ReservationRow(ofSku(SKU), REJECTED, SKU, 2, "RELEASED"),
                        new PaymentRow(ofOrder("payments", CONFIRMED), CONFIRMED, "CHARGED", TOTAL),
                        new PaymentRow(ofOrder("payments", REJECTED), REJECTED, "VOIDED", TOTAL),
                        posting(CONFIRMED, "acquirer-receivable", 2_500), posting(CONFIRMED, "sales", -2_500)),
                Stream.of("orders", "inventory", "payments").flatMap(service -> Stream.of(
                        new Ownership(new Database(service, "shard-1"), buckets(0, 1_023)),
                        new Ownership(new Database(service, "shard-2"), buckets(1_023, 1_024)))).toList(),
                List.of(entry("CHARGED", CONFIRMED), entry("DECLINED", REJECTED),
                        entry("VOIDED", REJECTED)),
                List.of(), List.of());
    }

    private static StepRow step(String order, int version, String state) {
        return new StepRow(ofOrder("orders", order), order, version, state);
    }

    private static PostingRow posting(String order, String account, long amount) {
        return new PostingRow(ofOrder("payments", order), order, "CHARGE", account, new Money(amount, "EUR"));
    }

    private static AcquirerEntry entry(String kind, String order) {
        return new AcquirerEntry(kind, order, TOTAL);
    }

    private static Set<Integer> buckets(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toSet());
    }

    /** Its table does not move with the bucket any more. */
    @Test
    void anOrderOfADetachedMonthMayBeOnAnyShard() {
        assertThat(HistoryChecker.check(replaced(sound(), OrderRow.class, CONFIRMED, row -> new OrderRow(
                Place.ofDetached(new Database("orders", "shard-2"), row.place().bucket()), row.id(), row.customer(),
                row.total(), row.lines())))).isEmpty();
    }

    @Test
    void findsNothingInASoundHistory() {
        assertThat(HistoryChecker.check(sound())).isEmpty();
    }

    /** One mistake, of what kind it is, and who is to be named. */
    record Plant(String what, UnaryOperator<History> wrong, Kind kind, String named) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Plant> plants() {
        return List.of(
                new Plant("acknowledged and gone", o -> client(o, new ClientEntry(BUYER, "k3", NEVER, "PENDING")),
                        Kind.LOST_ORDER, NEVER),
                new Plant("pending for ever", o -> replaced(o, CheckoutRow.class, REJECTED, row -> new CheckoutRow(row
                        .place(), REJECTED, 2, "RELEASING_STOCK")), Kind.UNFINISHED_ORDER, REJECTED),
                new Plant("without a checkout", o -> without(o, CheckoutRow.class, REJECTED), Kind.UNFINISHED_ORDER,
                        REJECTED),
                new Plant("told otherwise", o -> client(o, new ClientEntry("bob", "k2", REJECTED, "CONFIRMED")),
                        Kind.CONTRADICTED_RESPONSE, REJECTED),
                new Plant("one key, two orders told", o -> client(o, new ClientEntry("alice", "k1", NEVER, "PENDING")),
                        Kind.DUPLICATE_ORDER, NEVER),
                new Plant("one key, two orders stored", o -> with(o, new KeyRow(ofOrder("orders", NEVER), "alice", "k1",
                        NEVER)), Kind.DUPLICATE_ORDER, NEVER),
                new Plant("two keys, one order", o -> with(o, new KeyRow(ofOrder("orders", CONFIRMED), "alice", "k9",
                        CONFIRMED)), Kind.DUPLICATE_ORDER, CONFIRMED),
                new Plant("an order that nobody's key stands for", o -> with(o, new OrderRow(ofOrder("orders", NEVER),
                        NEVER, "alice", TOTAL, List.of())), Kind.DUPLICATE_ORDER, NEVER),
                new Plant("a step is missing", o -> replaced(o, CheckoutRow.class, CONFIRMED, row -> new CheckoutRow(row
                        .place(), CONFIRMED, 3, "CONFIRMED")), Kind.BROKEN_TIMELINE, CONFIRMED),
                new Plant("the last step leads elsewhere", o -> replaced(o, StepRow.class, CONFIRMED, row -> row
                        .version() == 2 ? step(CONFIRMED, 2, "REJECTED") : row), Kind.BROKEN_TIMELINE, CONFIRMED),
                new Plant("on two shards", o -> with(o, new PaymentRow(new Place(new Database("payments", "shard-2"),
                        Buckets.ofOrder(CONFIRMED)), CONFIRMED, "CHARGED", TOTAL)), Kind.ROW_ON_TWO_SHARDS, CONFIRMED),
                new Plant("on a shard that does not own it", o -> replaced(o, PaymentRow.class, REJECTED,
                        row -> new PaymentRow(new Place(new Database("payments", "shard-2"), row.place().bucket()),
                                REJECTED, "VOIDED", TOTAL)), Kind.MISPLACED_ROW, REJECTED),
                new Plant("in a bucket that is not its key's", o -> replaced(o, StockRow.class, SKU,
                        row -> new StockRow(new Place(row.place().database(), row.place().bucket() + 1), SKU, 8, 2)),
                        Kind.MISPLACED_ROW, SKU),
                new Plant("a bucket of two owners", o -> owned(o, new Ownership(new Database("orders", "shard-3"), Set
                        .of(7))), Kind.BUCKET_WITHOUT_SINGLE_OWNER, "orders, bucket 7"),
                new Plant("goods vanished", o -> replaced(o, StockRow.class, SKU, row -> new StockRow(row.place(), SKU,
                        7, 2)), Kind.STOCK_NOT_CONSERVED, SKU),
                new Plant("reserved for nobody", o -> replaced(o, StockRow.class, SKU, row -> new StockRow(row.place(),
                        SKU, 7, 3)), Kind.STOCK_NOT_CONSERVED, SKU),
                new Plant("less than nothing", o -> replaced(o, StockRow.class, SKU, row -> new StockRow(row.place(),
                        SKU, -1, 11)), Kind.OVERSOLD, SKU),
                new Plant("held by a rejected order", o -> replaced(o, ReservationRow.class, REJECTED,
                        row -> new ReservationRow(row.place(), REJECTED, SKU, 2, "RESERVED")),
                        Kind.ORPHANED_RESERVATION, REJECTED),
                new Plant("held by no order", o -> with(o, new ReservationRow(ofSku(SKU), NEVER, SKU, 2, "RESERVED")),
                        Kind.ORPHANED_RESERVATION, NEVER),
                new Plant("confirmed with half of its goods", o -> replaced(o, ReservationRow.class, CONFIRMED,
                        row -> new ReservationRow(row.place(), CONFIRMED, SKU, 1, "RESERVED")),
                        Kind.MISSING_RESERVATION,
                        CONFIRMED),
                new Plant("never charged", o -> acquirer(o, List.of(entry("DECLINED", CONFIRMED))),
                        Kind.NOT_CHARGED_ONCE, CONFIRMED),
                new Plant("charged twice", o -> acquirer(o, List.of(entry("CHARGED", CONFIRMED), entry("CHARGED",
                        CONFIRMED))), Kind.NOT_CHARGED_ONCE, CONFIRMED),
                new Plant("charged another amount", o -> acquirer(o, List.of(new AcquirerEntry("CHARGED", CONFIRMED,
                        new Money(2_501, "EUR")))), Kind.NOT_CHARGED_ONCE, CONFIRMED),
                new Plant("charged and given back", o -> acquirer(o, List.of(entry("CHARGED", CONFIRMED), entry(
                        "REFUNDED", CONFIRMED))), Kind.NOT_CHARGED_ONCE, CONFIRMED),
                new Plant("charged for a rejected order", o -> alsoAcquirer(o, entry("CHARGED", REJECTED)),
                        Kind.UNJUSTIFIED_CHARGE, REJECTED),
                new Plant("charged for no order", o -> alsoAcquirer(o, entry("CHARGED", NEVER)),
                        Kind.UNJUSTIFIED_CHARGE, NEVER),
                new Plant("confirmed without a payment", o -> without(o, PaymentRow.class, CONFIRMED),
                        Kind.PAYMENT_MISMATCH, CONFIRMED),
                new Plant("rejected, and believed to be paid", o -> replaced(o, PaymentRow.class, REJECTED,
                        row -> new PaymentRow(row.place(), REJECTED, "CHARGED", TOTAL)), Kind.PAYMENT_MISMATCH,
                        REJECTED),
                new Plant("a debit without its credit", o -> replaced(o, PostingRow.class, CONFIRMED,
                        row -> row.account().equals("sales") ? posting(CONFIRMED, "sales", -2_499) : row),
                        Kind.LEDGER_UNBALANCED, CONFIRMED),
                new Plant("charged and not booked", o -> without(o, PostingRow.class, CONFIRMED),
                        Kind.LEDGER_MISMATCH, CONFIRMED),
                new Plant("booked and not charged", o -> with(o, posting(REJECTED, "acquirer-receivable", 2_500)),
                        Kind.LEDGER_MISMATCH, REJECTED),
                new Plant("in doubt", o -> new History(o.clients(), o.rows(), o.owned(), o.acquirer(), List.of(
                        new InDoubt(new Database("inventory", "shard-1"), "gid-1")), o.deadLetters()),
                        Kind.IN_DOUBT_TRANSACTION, "gid-1"),
                new Plant("given up", o -> new History(o.clients(), o.rows(), o.owned(), o.acquirer(), o.inDoubt(),
                        List.of(new DeadLetter("orders.dead-letters", CONFIRMED, "unreadable"))), Kind.DEAD_LETTER,
                        CONFIRMED));
    }

    @ParameterizedTest
    @MethodSource("plants")
    void findsThePlantedAnomalyAndNamesItsSubject(Plant plant) {
        assertThat(HistoryChecker.check(plant.wrong().apply(sound()))).anySatisfy(anomaly -> {
            assertThat(anomaly.kind()).isEqualTo(plant.kind());
            assertThat(anomaly.subject()).contains(plant.named());
        });
    }

    @Test
    void everyKindOfAnomalyIsPlanted() {
        assertThat(plants().stream().map(Plant::kind).collect(Collectors.toSet()))
                .isEqualTo(EnumSet.allOf(Kind.class));
    }

    @Test
    void aKeyMayHaveBeenDeletedSinceItsOrderWasAcknowledged() {
        List<Row> kept = sound().rows().stream().filter(row -> !(row instanceof KeyRow)).toList();
        assertThat(HistoryChecker.check(rows(sound(), kept))).isEmpty();
    }

    @Test
    void anUnfinishedOrderMayHoldStockAndMoney() {
        History wrong = replaced(replaced(sound(), CheckoutRow.class, CONFIRMED, row -> new CheckoutRow(row.place(),
                CONFIRMED, 2, "CHARGING_PAYMENT")), StepRow.class, CONFIRMED,
                row -> row.version() == 2 ? step(CONFIRMED, 2, "CHARGING_PAYMENT") : row);
        assertThat(HistoryChecker.check(wrong).stream().map(Anomaly::kind)).containsOnly(Kind.UNFINISHED_ORDER,
                Kind.CONTRADICTED_RESPONSE);
    }

    @Test
    void computesBucketsAsTheServicesDo() {
        // Real ones: alice's and bob's orders of a cluster.
        assertThat(Buckets.ofKey("alice")).isEqualTo(Buckets.ofOrder("5F-06GZVSH53PMZSGD2SV3C"));
        assertThat(Buckets.ofKey("bob")).isEqualTo(Buckets.ofOrder("PT-06GZVSHJEV4J12ECQ42E"));
        assertThat(Buckets.ofOrder("!")).isEqualTo(-1);
    }

    private static History client(History sound, ClientEntry more) {
        return new History(plus(sound.clients(), more), sound.rows(), sound.owned(), sound.acquirer(), sound.inDoubt(),
                sound.deadLetters());
    }

    private static History owned(History sound, Ownership more) {
        return new History(sound.clients(), sound.rows(), plus(sound.owned(), more), sound.acquirer(), sound.inDoubt(),
                sound.deadLetters());
    }

    private static History acquirer(History sound, List<AcquirerEntry> entries) {
        return new History(sound.clients(), sound.rows(), sound.owned(), entries, sound.inDoubt(), sound.deadLetters());
    }

    private static History alsoAcquirer(History sound, AcquirerEntry more) {
        return acquirer(sound, plus(sound.acquirer(), more));
    }

    private static History rows(History sound, Collection<? extends Row> rows) {
        return new History(sound.clients(), List.copyOf(rows), sound.owned(), sound.acquirer(), sound.inDoubt(),
                sound.deadLetters());
    }

    private static History with(History sound, Row more) {
        return rows(sound, plus(sound.rows(), more));
    }

    private static History without(History sound, Class<? extends Row> kind, String identity) {
        return rows(sound, sound.rows().stream().filter(row -> !isOf(row, kind, identity)).toList());
    }

    private static <R extends Row> History replaced(History sound, Class<R> kind, String identity,
            UnaryOperator<R> change) {
        var changed = new HashSet<Row>();
        List<Row> rows = sound.rows().stream().map(row -> {
            if (!isOf(row, kind, identity)) {
                return row;
            }
            changed.add(row);
            return change.apply(kind.cast(row));
        }).toList();
        assertThat(changed).as("rows to change").isNotEmpty();
        return rows(sound, rows);
    }

    private static boolean isOf(Row row, Class<? extends Row> kind, String identity) {
        return kind.isInstance(row) && row.identity().contains(identity);
    }

    private static <T> List<T> plus(List<T> all, T more) {
        var longer = new ArrayList<>(all);
        longer.add(more);
        return longer;
    }
}
