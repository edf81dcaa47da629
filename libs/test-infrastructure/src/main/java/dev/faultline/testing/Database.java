package dev.faultline.testing;

/**
 * A database and its owner, a role with LOGIN and REPLICATION.
 *
 * @param superuser the server's superuser, for tests that need more privileges than the owner has
 */
public record Database(String host, int port, String name, String user, String password, String superuser,
        String superuserPassword) {

    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + name;
    }

    /** The same database with the superuser's credentials. */
    public Database asSuperuser() {
        return new Database(host, port, name, superuser, superuserPassword, superuser, superuserPassword);
    }
}
