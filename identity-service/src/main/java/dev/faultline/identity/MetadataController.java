package dev.faultline.identity;

import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.faultline.service.security.SecurityProperties;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What resource servers need to know. */
@RestController
class MetadataController {
    static final String METADATA = "/.well-known/openid-configuration";
    static final String REVOKED = "/oauth2/revoked-tokens";

    private final String issuer;
    private final Revocations revocations;

    MetadataController(SecurityProperties security, Revocations revocations) {
        this.issuer = security.issuer().toString();
        this.revocations = revocations;
    }

    record RevokedTokens(Set<String> revoked) {}

    /** OpenID Connect Discovery's document, which promises only what this issuer has: no log-in of people. */
    @GetMapping(METADATA)
    Map<String, Object> metadata() {
        return Map.of("issuer", issuer, "jwks_uri", issuer + "/oauth2/jwks", "token_endpoint", issuer + "/oauth2/token",
                "revocation_endpoint", issuer + "/oauth2/revoke", "grant_types_supported", List.of(
                        "client_credentials"),
                "token_endpoint_auth_methods_supported", List.of("client_secret_basic"), "response_types_supported",
                List.of(), "subject_types_supported", List.of("public"), "id_token_signing_alg_values_supported",
                List.of("RS256"), "faultline_revoked_tokens_uri", issuer + REVOKED);
    }

    /** The ids of the tokens that were revoked and have not expired. An id is of no use without its token. */
    @GetMapping(REVOKED)
    RevokedTokens revoked() {
        return new RevokedTokens(revocations.ids());
    }
}
