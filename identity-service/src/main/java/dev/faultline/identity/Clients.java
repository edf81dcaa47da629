package dev.faultline.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** The configured clients, with the secrets in their files, which are read for each request: a changed secret counts at once. */
final class Clients implements RegisteredClientRepository {
    private final IdentityProperties properties;

    Clients(IdentityProperties properties) {
        this.properties = properties;
    }

    /** Secrets are random, not chosen by people, so they need no slow hash; comparing takes the same time for all. */
    static final class RandomSecrets implements PasswordEncoder {
        @Override
        public @Nullable String encode(@Nullable CharSequence secret) {
            return secret == null ? null : secret.toString();
        }

        @Override
        public boolean matches(@Nullable CharSequence given, @Nullable String expected) {
            return given != null && expected != null && MessageDigest.isEqual(given.toString().getBytes(
                    StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void save(RegisteredClient client) {
        throw new UnsupportedOperationException("clients are configured");
    }

    @Override
    public @Nullable RegisteredClient findById(String id) {
        return findByClientId(id);
    }

    @Override
    public @Nullable RegisteredClient findByClientId(String name) {
        Map<String, Set<String>> known = properties.clients();
        if (!known.containsKey(name)) {
            return null;
        }
        String secret;
        try {
            secret = Files.readString(properties.clientFiles().resolve(name)).strip();
        } catch (IOException e) {
            return null;
        }
        return RegisteredClient.withId(name).clientId(name).clientSecret(secret)
                .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .scopes(scopes -> scopes.addAll(known.getOrDefault(name, Set.of())))
                .tokenSettings(TokenSettings.builder().accessTokenTimeToLive(properties.tokenLifetime()).build())
                .build();
    }
}
