package dev.faultline.verification.reading;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.history.History.InDoubt;
import dev.faultline.verification.history.History.Ownership;
import dev.faultline.verification.history.Row;
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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Reads one service's database on one shard, in one snapshot. */
final class DatabaseReader {
    private static final int TIMEOUT_S = 30;

    private final ServiceDatabase database;
    private final Database name;
    private final StringPool strings;
    private final Map<Integer, Place> places = new HashMap<>();

    /** @param strings may be shared by several readers, which then share the ids of orders */
    DatabaseReader(ServiceDatabase database, StringPool strings) {
        this.database = database;
        this.name = new Database(database.service(), database.shard());
        this.strings = strings;
    }

    record Content(List<Row> rows, Ownership owned, List<InDoubt> inDoubt) {}

    /** @throws FaultlineException if the database cannot be read */
    Content read() {
        return inDatabase(connection -> {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            var rows = new ArrayList<Row>();
            switch (database.service()) {
                case "orders" -> readOrders(connection, rows);
                case "inventory" -> readInventory(connection, rows);
                case "payments" -> readPayments(connection, rows);
                default -> throw new IllegalArgumentException("no such service: " + database.service());
            }
            var owned = new TreeSet<Integer>();
            forEach(connection, "select bucket from bucket_ownership", row -> owned.add(row.getInt(1)));
            var inDoubt = new ArrayList<InDoubt>();
            forEach(connection, "select gid from pg_prepared_xacts where database = current_database()",
                    row -> inDoubt.add(new InDoubt(name, row.getString(1))));
            return new Content(rows, new Ownership(name, owned), inDoubt);
        });
    }

    /**
     * The number of checkouts, refunds, prepared transactions and moves of buckets in flight.
     *
     * @throws FaultlineException if the database cannot be read
     */
    long inFlight() {
        return inDatabase(connection -> {
            var count = new long[1];
            String prepared = "select count(*) from pg_prepared_xacts where database = current_database()";
            String moving = "select count(*) from bucket_copy";
            for (String query : switch (database.service()) {
                case "orders" -> List.of(prepared, moving, "select count(*) from open_order");
                case "payments" ->
                    List.of(prepared, moving, "select count(*) from payment where next_attempt_at is not null");
                default -> List.of(prepared, moving);
            }) {
                forEach(connection, query, row -> count[0] += row.getLong(1));
            }
            return count[0];
        });
    }

    private void readOrders(Connection connection, List<Row> into) throws SQLException {
        var tables = new ArrayList<>(List.of("open_order", "completed_order"));
        // Months that were detached: their orders have payments and reservations as before, but do not move with them.
        forEach(connection, "select relname from pg_class where relkind = 'r' and not relispartition"
                + " and relname ~ '^completed_order_[0-9]{4}_[0-9]{2}$' order by relname", row -> tables.add(row
                        .getString(1)));
        for (String table : tables) {
            boolean moves = List.of("open_order", "completed_order").contains(table);
            forEach(connection, "select bucket, id, customer, total_minor, currency, lines, version, state, step_state"
                    + " from " + table, row -> {
                        String id = text(row, "id");
                        Place place = moves ? place(row) : Place.ofDetached(name, row.getInt("bucket"));
                        into.add(new OrderRow(place, id, text(row, "customer"), money(row, "total_minor"),
                                lines(row.getString("lines"))));
                        into.add(new CheckoutRow(place, id, row.getInt("version"), text(row, "state")));
                        var states = (String[]) row.getArray("step_state").getArray();
                        for (int i = 0; i < states.length; i++) {
                            into.add(new StepRow(place, id, i + 1, strings.intern(states[i])));
                        }
                    });
        }
        forEach(connection, "select bucket, customer, key, order_id from idempotency_key", row -> into.add(new KeyRow(
                place(row), text(row, "customer"), text(row, "key"), text(row, "order_id"))));
    }

    private void readInventory(Connection connection, List<Row> into) throws SQLException {
        forEach(connection, "select bucket, sku, available, reserved from stock", row -> into.add(new StockRow(place(
                row),
                text(row, "sku"), row.getLong("available"), row.getLong("reserved"))));
        forEach(connection, "select bucket, sku, receipt_id, quantity from goods_receipt", row -> into.add(
                new ReceiptRow(
                        place(row), text(row, "sku"), text(row, "receipt_id"), row.getLong("quantity"))));
        forEach(connection, "select bucket, order_id, sku, quantity, status from reservation",
                row -> into.add(new ReservationRow(place(row), text(row, "order_id"), text(row, "sku"),
                        row.getLong("quantity"), text(row, "status"))));
    }

    private void readPayments(Connection connection, List<Row> into) throws SQLException {
        forEach(connection, "select bucket, order_id, status, amount_minor, currency from payment",
                row -> into.add(new PaymentRow(place(row), text(row, "order_id"), text(row, "status"),
                        row.getString("currency") == null ? null : money(row, "amount_minor"))));
        forEach(connection, "select bucket, order_id, kind, account, amount_minor, currency from ledger_posting",
                row -> into.add(new PostingRow(place(row), text(row, "order_id"), text(row, "kind"),
                        text(row, "account"), money(row, "amount_minor"))));
    }

    private List<OrderRow.Line> lines(String json) {
        return JsonMapper.shared().readTree(json).valueStream().map(line -> new OrderRow.Line(strings.intern(
                line.path("sku").asString()), line.path("quantity").asInt())).toList();
    }

    private Money money(ResultSet row, String column) throws SQLException {
        return new Money(row.getLong(column), text(row, "currency"));
    }

    private Place place(ResultSet row) throws SQLException {
        return places.computeIfAbsent(row.getInt("bucket"), bucket -> new Place(name, bucket));
    }

    private String text(ResultSet row, String column) throws SQLException {
        return strings.intern(row.getString(column));
    }

    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T in(Connection connection) throws SQLException;
    }

    @FunctionalInterface
    private interface RowConsumer {
        void accept(ResultSet row) throws SQLException;
    }

    private <T> T inDatabase(Work<T> work) {
        var options = new Properties();
        options.setProperty("user", database.user());
        options.setProperty("password", database.password());
        options.setProperty("connectTimeout", "5");
        options.setProperty("socketTimeout", Integer.toString(TIMEOUT_S));
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), options)) {
            return work.in(connection);
        } catch (SQLException e) {
            throw new FaultlineException("The database " + database + " cannot be read: " + e.getMessage()
                    + " ./faultline status shows the nodes of a local platform.", e);
        }
    }

    private static void forEach(Connection connection, String query, RowConsumer action) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setFetchSize(1_000);
            try (var rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    action.accept(rows);
                }
            }
        }
    }
}
