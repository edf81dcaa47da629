package dev.faultline.backing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Creates roles and databases on a PostgreSQL server. Idempotent. */
public final class Databases {
    private final String jdbcUrl;
    private final String superuser;
    private final String password;

    /** @param jdbcUrl the URL of the database {@code postgres} */
    public Databases(String jdbcUrl, String superuser, String password) {
        this.jdbcUrl = jdbcUrl;
        this.superuser = superuser;
        this.password = password;
    }

    /**
     * Creates a database and its owner, a role of the same name with LOGIN and REPLICATION. No other role but superusers may
     * connect to it.
     *
     * @throws FaultlineException if the database cannot be created
     */
    public void create(String name, String ownersPassword) {
        if (!name.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("invalid database name: " + name);
        }
        try (var connection = DriverManager.getConnection(jdbcUrl, superuser, password)) {
            if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?", name)) {
                createRole(connection, name, ownersPassword);
            }
            if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?", name)) {
                execute(connection, "CREATE DATABASE " + name + " OWNER " + name);
            }
            execute(connection, "REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC");
        } catch (SQLException e) {
            throw new FaultlineException("Cannot create the database " + name + " on " + jdbcUrl + ": "
                    + e.getMessage(), e);
        }
    }

    private static void createRole(Connection connection, String name, String password) throws SQLException {
        try (var statement = connection.prepareStatement(
                "SELECT format('CREATE ROLE %I LOGIN REPLICATION PASSWORD %L', ?, ?)")) {
            statement.setString(1, name);
            statement.setString(2, password);
            try (var rows = statement.executeQuery()) {
                rows.next();
                execute(connection, rows.getString(1));
            }
        }
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (var statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
