package dev.faultline.backing;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * TLS and passwords for a broker, and the denial of everything that no access rule permits. Its clients use SASL PLAIN, whose
 * passwords are in the broker's configuration, so that they hold at once for a broker that has data already; SCRAM's
 * would be in that data.
 *
 * @param identity  of the broker
 * @param passwords by user, who need access rules
 * @param operator  the user who may do everything, and has a password
 */
public record KafkaSecurity(TlsIdentity identity, Map<String, String> passwords, String operator) {
    /** The broker's own user, for the connections to its controller. */
    public static final String BROKER = "broker";
    private static final String LOGIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    public KafkaSecurity {
        passwords = Map.copyOf(passwords);
        if (!passwords.keySet().containsAll(List.of(operator, BROKER))) {
            throw new IllegalArgumentException("no password for " + operator + " or " + BROKER);
        }
    }

    /** The client's properties for a user's connections, besides the address. */
    public static Map<String, String> client(TlsIdentity identity, String user, String password) {
        return Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", LOGIN_MODULE + login(user, password) + ";", "ssl.truststore.type", "PEM",
                "ssl.truststore.location", identity.authority().toString());
    }

    private static String login(String user, String password) {
        return " username=\"" + user + "\" password=\"" + password + "\"";
    }

    /** In {@code server.properties}. */
    String properties(String keystore) {
        String own = login(BROKER, passwordOf(BROKER));
        var users = new StringBuilder(LOGIN_MODULE).append(own);
        new TreeMap<>(passwords).forEach((user, password) -> users.append(" user_").append(user).append("=\"").append(
                password).append('"'));
        return """
                listener.security.protocol.map=BROKER:SASL_SSL,CONTROLLER:SASL_SSL
                sasl.enabled.mechanisms=PLAIN
                sasl.mechanism.inter.broker.protocol=PLAIN
                sasl.mechanism.controller.protocol=PLAIN
                listener.name.broker.plain.sasl.jaas.config=%1$s;
                listener.name.controller.plain.sasl.jaas.config=%2$s%3$s user_%4$s="%5$s";
                ssl.keystore.type=PEM
                ssl.keystore.location=%6$s
                ssl.truststore.type=PEM
                ssl.truststore.location=%7$s
                authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                super.users=User:%4$s;User:%8$s
                """.formatted(users, LOGIN_MODULE, own, BROKER, passwordOf(BROKER), keystore, identity.authority(),
                operator);
    }

    private String passwordOf(String user) {
        String password = passwords.get(user);
        if (password == null) {
            throw new IllegalArgumentException("no password for " + user);
        }
        return password;
    }

    /** Omits the passwords. */
    @Override
    public String toString() {
        return "users " + new TreeMap<>(passwords).keySet();
    }
}
