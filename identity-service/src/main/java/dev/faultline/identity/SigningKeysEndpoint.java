package dev.faultline.identity;

import java.util.List;

import com.nimbusds.jose.jwk.JWK;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.stereotype.Component;

/** {@code /actuator/signingkeys}: shows the ids of the published keys, and has a new one sign. */
@Component
@Endpoint(id = "signingkeys")
class SigningKeysEndpoint {
    private final SigningKeys keys;

    SigningKeysEndpoint(SigningKeys keys) {
        this.keys = keys;
    }

    /** @param signing the id of the key that signs */
    record State(String signing, List<String> published) {}

    @ReadOperation
    State state() {
        return new State(keys.signing().getKeyID(), keys.published().getKeys().stream().map(JWK::getKeyID).toList());
    }

    @WriteOperation
    State rotate() {
        keys.rotate();
        return state();
    }
}
