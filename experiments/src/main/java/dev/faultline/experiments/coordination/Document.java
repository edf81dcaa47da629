package dev.faultline.experiments.coordination;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import dev.faultline.discovery.FencingToken;

/** Two copies of a document in PostgreSQL, of which only one looks at fencing tokens. */
final class Document implements AutoCloseable {
    private static final String FENCED = "fenced";
    private static final String UNFENCED = "unfenced";

    private final Connection connection;

    Document(String jdbcUrl, String user, String password) throws SQLException {
        this.connection = DriverManager.getConnection(jdbcUrl, user, password);
    }

    void create() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    create table document (name text primary key, author text not null, highest_token bigint not null);
                    insert into document values ('fenced', 'nobody', 0), ('unfenced', 'nobody', 0)""");
        }
    }

    /** @return whether it was written: false if a higher token has been seen */
    boolean writeFenced(String author, FencingToken token) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update document set author = ?, highest_token = ? where name = 'fenced' and highest_token <= ?")) {
            update.setString(1, author);
            update.setLong(2, token.number());
            update.setLong(3, token.number());
            return update.executeUpdate() == 1;
        }
    }

    /** The same, but it does not ask for the token. */
    boolean writeUnfenced(String author) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update document set author = ? where name = 'unfenced'")) {
            update.setString(1, author);
            return update.executeUpdate() == 1;
        }
    }

    /** Who wrote the fenced copy last. */
    String authorOfFenced() throws SQLException {
        return author(FENCED);
    }

    /** Who wrote the other copy last. */
    String authorOfUnfenced() throws SQLException {
        return author(UNFENCED);
    }

    private String author(String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select author from document where name = ?")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
