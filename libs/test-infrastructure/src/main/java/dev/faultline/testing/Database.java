package dev.faultline.testing;

/**
 * A fresh database and the role that owns it, which may log in and read the write-ahead log.
 *
 * @param superuser         the server's superuser, for tests that look at what no owner may see
 * @param superuserPassword the superuser's password
 */
public record Database(String host, int port, String name, String user, String password, String superuser,
        String superuserPassword) {

    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + name;
    }

    /** The same database, seen by the superuser. */
    public Database asSuperuser() {
        return new Database(host, port, name, superuser, superuserPassword, superuser, superuserPassword);
    }
}
