package dev.faultline.local.proof.reading;

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

import dev.faultline.local.ServiceDatabase;
import dev.faultline.local.client.Money;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.history.Observed.InDoubt;
import dev.faultline.local.proof.history.Observed.Ownership;
import dev.faultline.local.proof.history.Row;
import dev.faultline.local.proof.history.Row.CheckoutRow;
import dev.faultline.local.proof.history.Row.Database;
import dev.faultline.local.proof.history.Row.KeyRow;
import dev.faultline.local.proof.history.Row.OrderRow;
import dev.faultline.local.proof.history.Row.PaymentRow;
import dev.faultline.local.proof.history.Row.Place;
import dev.faultline.local.proof.history.Row.PostingRow;
import dev.faultline.local.proof.history.Row.ReceiptRow;
import dev.faultline.local.proof.history.Row.ReservationRow;
import dev.faultline.local.proof.history.Row.StepRow;
import dev.faultline.local.proof.history.Row.StockRow;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** All that one service has on one shard, read in one transaction of one snapshot. */
final class DatabaseReader {
    private static final int TIMEOUT_S = 30;

    private final ServiceDatabase database;
    private final Database name;
    private final Repeated repeated;
    private final Map<Integer, Place> places = new HashMap<>();

    /** @param repeated may be shared with other readers: the same order is in several databases */
    DatabaseReader(ServiceDatabase database, Repeated repeated) {
        this.database = database;
        this.name = new Database(database.service(), database.shard());
        this.repeated = repeated;
    }

    record Content(List<Row> rows, Ownership owned, List<InDoubt> inDoubt) {}

    /** @throws RefusedException if the database cannot be read */
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
            each(connection, "select bucket from bucket_ownership", row -> owned.add(row.getInt(1)));
            var inDoubt = new ArrayList<InDoubt>();
            each(connection, "select gid from pg_prepared_xacts where database = current_database()",
                    row -> inDoubt.add(new InDoubt(name, row.getString(1))));
            return new Content(rows, new Ownership(name, owned), inDoubt);
        });
    }

    /**
     * How many things there are still under way: checkouts without an end, payments to be undone, prepared transactions.
     *
     * @throws RefusedException if the database cannot be read
     */
    long underWay() {
        return inDatabase(connection -> {
            var count = new long[1];
            String prepared = "select count(*) from pg_prepared_xacts where database = current_database()";
            for (String query : switch (database.service()) {
                case "orders" -> List.of(prepared, "select count(*) from checkout where settled_at is null");
                case "payments" ->
                    List.of(prepared, "select count(*) from payment where next_attempt_at is not null");
                default -> List.of(prepared);
            }) {
                each(connection, query, row -> count[0] += row.getLong(1));
            }
            return count[0];
        });
    }

    private void readOrders(Connection connection, List<Row> into) throws SQLException {
        each(connection, "select bucket, id, customer, total_minor, currency, lines from customer_order",
                row -> into.add(new OrderRow(place(row), text(row, "id"), text(row, "customer"),
                        money(row, "total_minor"), lines(row.getString("lines")))));
        each(connection, "select bucket, order_id, version, state from checkout", row -> into.add(new CheckoutRow(
                place(row), text(row, "order_id"), row.getInt("version"), text(row, "state"))));
        each(connection, "select bucket, order_id, version, state from checkout_step", row -> into.add(new StepRow(
                place(row), text(row, "order_id"), row.getInt("version"), text(row, "state"))));
        each(connection, "select bucket, customer, key, order_id from idempotency_key", row -> into.add(new KeyRow(
                place(row), text(row, "customer"), text(row, "key"), text(row, "order_id"))));
    }

    private void readInventory(Connection connection, List<Row> into) throws SQLException {
        each(connection, "select bucket, sku, available, reserved from stock", row -> into.add(new StockRow(place(row),
                text(row, "sku"), row.getLong("available"), row.getLong("reserved"))));
        each(connection, "select bucket, sku, receipt_id, quantity from goods_receipt", row -> into.add(new ReceiptRow(
                place(row), text(row, "sku"), text(row, "receipt_id"), row.getLong("quantity"))));
        each(connection, "select bucket, order_id, sku, quantity, status from reservation",
                row -> into.add(new ReservationRow(place(row), text(row, "order_id"), text(row, "sku"),
                        row.getLong("quantity"), text(row, "status"))));
    }

    private void readPayments(Connection connection, List<Row> into) throws SQLException {
        each(connection, "select bucket, order_id, status, amount_minor, currency from payment",
                row -> into.add(new PaymentRow(place(row), text(row, "order_id"), text(row, "status"),
                        row.getString("currency") == null ? null : money(row, "amount_minor"))));
        each(connection, "select bucket, order_id, kind, account, amount_minor, currency from ledger_posting",
                row -> into.add(new PostingRow(place(row), text(row, "order_id"), text(row, "kind"),
                        text(row, "account"), money(row, "amount_minor"))));
    }

    private List<OrderRow.Line> lines(String json) {
        return JsonMapper.shared().readTree(json).valueStream().map(line -> new OrderRow.Line(repeated.one(
                line.path("sku").asString()), line.path("quantity").asInt())).toList();
    }

    private Money money(ResultSet row, String column) throws SQLException {
        return new Money(row.getLong(column), text(row, "currency"));
    }

    private Place place(ResultSet row) throws SQLException {
        return places.computeIfAbsent(row.getInt("bucket"), bucket -> new Place(name, bucket));
    }

    private String text(ResultSet row, String column) throws SQLException {
        return repeated.one(row.getString(column));
    }

    @FunctionalInterface
    private interface Work<T extends @Nullable Object> {
        T in(Connection connection) throws SQLException;
    }

    @FunctionalInterface
    private interface EachRow {
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
            throw new RefusedException("The database " + database + " cannot be read: " + e.getMessage()
                    + " See ./faultline status.", e);
        }
    }

    private static void each(Connection connection, String query, EachRow each) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setFetchSize(1_000);
            try (var rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    each.accept(rows);
                }
            }
        }
    }
}
