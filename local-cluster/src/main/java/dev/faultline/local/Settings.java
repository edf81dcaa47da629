package dev.faultline.local;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The persistent settings of a cluster: its gateway's port and its random passwords.
 *
 * @param superuserPassword of every shard
 * @param databasePasswords by database; the owner has the same name
 */
record Settings(int gatewayPort, String superuserPassword, Map<String, String> databasePasswords) {
    static final List<String> DATABASES = List.of("orders", "inventory", "payments");

    Settings {
        databasePasswords = Map.copyOf(databasePasswords);
    }

    static Settings create(int gatewayPort) {
        var random = new SecureRandom();
        return new Settings(gatewayPort, password(random),
                DATABASES.stream().collect(Collectors.toMap(database -> database, _ -> password(random))));
    }

    Settings withGatewayPort(int changed) {
        return new Settings(changed, superuserPassword, databasePasswords);
    }

    Ports ports() {
        return new Ports(gatewayPort);
    }

    String passwordOf(String database) {
        String password = databasePasswords.get(database);
        if (password == null) {
            throw new IllegalArgumentException("no such database: " + database);
        }
        return password;
    }

    private static String password(SecureRandom random) {
        var bytes = new byte[18];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
