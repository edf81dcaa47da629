package dev.faultline.sharding;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One SQL statement for a batch of items, which it takes as arrays, one per column. A batch of one and a batch of a
 * hundred are the same statement, so the server plans it once and a batch costs one round trip.
 *
 * @param sql must return rows
 * @param parameters the arrays, in the order of the statement's parameters
 * @param row reads a row of the result
 */
public record BatchStatement<I, R>(String sql, Function<List<I>, Object[]> parameters, Row<R> row) {

    /** Reads one row of a result. */
    @FunctionalInterface
    public interface Row<R> {
        R read(ResultSet row) throws SQLException;
    }

    /** Executes the statement for these items, in the session's transaction. */
    public List<R> execute(ShardSession session, List<I> items) {
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            bind(statement, 1, items);
            try (ResultSet rows = statement.executeQuery()) {
                return read(rows);
            }
        } catch (SQLException e) {
            throw session.translated("a batch", e);
        }
    }

    void bind(PreparedStatement statement, int first, List<I> items) throws SQLException {
        Object[] values = parameters.apply(items);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(first + i, values[i]);
        }
    }

    List<R> read(ResultSet rows) throws SQLException {
        var results = new ArrayList<R>();
        while (rows.next()) {
            results.add(row.read(rows));
        }
        return results;
    }
}
