package dev.faultline.identity;

import java.text.ParseException;
import java.time.Instant;
import java.util.Date;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization.Token;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;

/**
 * Stores no issued token: a token says all about itself, and its signature that it was issued here. Only revocations are
 * stored.
 */
final class IssuedTokens implements OAuth2AuthorizationService {
    private final RegisteredClientRepository clients;
    private final SigningKeys keys;
    private final Revocations revocations;

    IssuedTokens(RegisteredClientRepository clients, SigningKeys keys, Revocations revocations) {
        this.clients = clients;
        this.keys = keys;
        this.revocations = revocations;
    }

    /** Records a revocation; there is nothing to do for a new token. */
    @Override
    public void save(OAuth2Authorization authorization) {
        Token<OAuth2AccessToken> token = authorization.getAccessToken();
        if (token != null && token.isInvalidated()) {
            Instant expiresAt = token.getToken().getExpiresAt();
            if (expiresAt != null) {
                revocations.add(authorization.getPrincipalName(), authorization.getId(), expiresAt);
            }
        }
    }

    @Override
    public void remove(OAuth2Authorization authorization) {
        save(authorization);
    }

    @Override
    public @Nullable OAuth2Authorization findById(String id) {
        return null;
    }

    /** The authorization that a genuine token stands for, under the token's own id; null if the token is not genuine. */
    @Override
    public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            JWK key = keys.published().getKeyByKeyId(parsed.getHeader().getKeyID());
            if (key == null || !parsed.verify(new RSASSAVerifier(key.toRSAKey()))) {
                return null;
            }
            JWTClaimsSet claims = parsed.getJWTClaimsSet();
            RegisteredClient client = clients.findByClientId(claims.getSubject());
            return client == null ? null : authorization(client, token, claims);
        } catch (ParseException | JOSEException e) {
            return null;
        }
    }

    private OAuth2Authorization authorization(RegisteredClient client, String token, JWTClaimsSet claims) {
        var access = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, token, instant(claims.getIssueTime()),
                instant(claims.getExpirationTime()));
        return OAuth2Authorization.withRegisteredClient(client).id(claims.getJWTID()).principalName(claims
                .getSubject()).authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .token(access, metadata -> metadata.put(Token.INVALIDATED_METADATA_NAME, revocations.ids().contains(
                        claims.getJWTID())))
                .build();
    }

    private static Instant instant(Date date) {
        return date.toInstant();
    }
}
