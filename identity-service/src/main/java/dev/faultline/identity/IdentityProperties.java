package dev.faultline.identity;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param clientFiles   the directory with a file for each client, which is named after it and contains its secret
 * @param data          the directory with the signing keys and the revoked tokens, which only this process uses
 * @param tokenLifetime of an access token, from 10 seconds to an hour
 * @param keyAge        after which a new key signs, at least the lifetime of a token
 * @param clients       by client, the scopes of its tokens
 */
@ConfigurationProperties("faultline.identity")
record IdentityProperties(Path clientFiles, Path data, @DefaultValue("5m") Duration tokenLifetime,
        @DefaultValue("30d") Duration keyAge, Map<String, Set<String>> clients) {

    IdentityProperties {
        required("client-files", clientFiles);
        required("data", data);
        if (tokenLifetime.compareTo(Duration.ofSeconds(10)) < 0 || tokenLifetime.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("faultline.identity.token-lifetime must be from 10s to 1h");
        }
        if (keyAge.compareTo(tokenLifetime) < 0) {
            throw new IllegalArgumentException("faultline.identity.key-age must be at least the token-lifetime");
        }
        clients.keySet().forEach(client -> {
            if (!client.matches("[a-z0-9-]{1,64}")) {
                throw new IllegalArgumentException("faultline.identity.clients must be named with lower-case letters,"
                        + " digits and dashes, not " + client);
            }
        });
    }

    private static void required(String name, Path directory) {
        if (directory == null) {
            throw new IllegalArgumentException("faultline.identity." + name + " must be a directory");
        }
    }
}
