package dev.faultline.backing;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Certificates for a server, which then accepts no connection without TLS, and none of a role without a certificate in the
 * role's name, besides its password.
 *
 * @param server    whose certificate is valid for 127.0.0.1
 * @param superuser of whom it is a client itself, when it replicates with another server
 */
public record PostgresTls(TlsIdentity server, TlsIdentity superuser) {

    /** The parameters of libpq for a role's connections, by name. */
    static Map<String, String> client(TlsIdentity role) {
        return Map.of("sslmode", "verify-full", "sslrootcert", role.authority().toString(), "sslcert", role
                .certificate().toString(), "sslkey", role.key().toString());
    }

    /** The same for JDBC, as in the query of a URL: {@code a=b&c=d}. Keys are of elliptic curves, which JDBC has to be told. */
    public static String jdbcParameters(TlsIdentity role) {
        var parameters = new TreeMap<>(client(role));
        parameters.put("pemKeyAlgorithm", "EC");
        return parameters.entrySet().stream().map(parameter -> parameter.getKey() + "=" + URLEncoder.encode(parameter
                .getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
    }
}
