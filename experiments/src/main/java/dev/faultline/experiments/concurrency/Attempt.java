package dev.faultline.experiments.concurrency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The statements of one transaction that sells one unit of a product. */
record Attempt(Connection connection, int product, int buyer) {

    enum Answer {
        SOLD, SOLD_OUT,
        /** Another buyer was faster; nothing has happened. */
        CONFLICT
    }

    record Stock(int available, int version) {
        boolean isSoldOut() {
            return available <= 0;
        }
    }

    /** @param suffix of the query */
    Stock read(String suffix) throws SQLException {
        return query("select available, version from stock where product = ?" + suffix);
    }

    Stock countSales() throws SQLException {
        return query("select received - (select count(*) from sale where sale.product = stock.product), version"
                + " from stock where product = ?");
    }

    private Stock query(String sql) throws SQLException {
        try (var query = connection.prepareStatement(sql)) {
            query.setInt(1, product);
            try (var row = query.executeQuery()) {
                row.next();
                return new Stock(row.getInt(1), row.getInt(2));
            }
        }
    }

    /** Writes what the buyer has computed, whatever the row says by now. */
    Answer write(int available) throws SQLException {
        return update("""
                with taken as (update stock set available = ?, version = version + 1 where product = ? returning product)
                insert into sale (product, buyer) select product, ? from taken""", Answer.CONFLICT, available, product,
                buyer);
    }

    Answer writeIfVersionIs(Stock read) throws SQLException {
        return update("""
                with taken as (update stock set available = ?, version = version + 1
                               where product = ? and version = ? returning product)
                insert into sale (product, buyer) select product, ? from taken""", Answer.CONFLICT, read.available
                - 1, product, read.version, buyer);
    }

    Answer takeIfAvailable() throws SQLException {
        return update("""
                with taken as (update stock set available = available - 1, version = version + 1
                               where product = ? and available > 0 returning product)
                insert into sale (product, buyer) select product, ? from taken""", Answer.SOLD_OUT, product, buyer);
    }

    /** Without looking at the stock. */
    Answer sell() throws SQLException {
        return update("insert into sale (product, buyer) values (?, ?)", Answer.CONFLICT, product, buyer);
    }

    private Answer update(String sql, Answer ifNone, int... parameters) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                update.setInt(i + 1, parameters[i]);
            }
            return update.executeUpdate() == 1 ? Answer.SOLD : ifNone;
        }
    }
}
