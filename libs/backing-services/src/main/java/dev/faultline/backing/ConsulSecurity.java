package dev.faultline.backing;

import java.nio.file.Path;

/**
 * Denial of everything that no policy permits, TLS between servers (Raft and RPC), and encrypted gossip. Clients speak plain
 * HTTP, with tokens.
 *
 * @param identity  of the server
 * @param token     a UUID, which may do everything; also the server's own, which registers its node and runs the checks
 * @param gossipKey 32 bytes in Base64, without which nobody joins
 */
public record ConsulSecurity(TlsIdentity identity, String token, String gossipKey) {

    /** Members of the configuration, each with a comma before it. */
    String configuration(Path program) {
        return """
                ,
                  "encrypt": "%1$s",
                  "acl": {
                    "enabled": true,
                    "default_policy": "deny",
                    "tokens": {"%2$s": "%3$s", "agent": "%3$s"}
                  },
                  %4$s""".formatted(gossipKey, ConsulBinary.nameOfManagementToken(program), token, tls(program));
    }

    /** A server accepts, and connects to, whoever has a certificate of the authority; a server's or another's. */
    private String tls(Path program) {
        String files = """
                "ca_file": "%s", "cert_file": "%s", "key_file": "%s", "verify_outgoing": true,
                """.formatted(identity.authority(), identity.certificate(), identity.key()).strip();
        return ConsulBinary.hasTlsByInterface(program)
                ? "\"tls\": {\"internal_rpc\": {%s \"verify_incoming\": true}}".formatted(files)
                : files + " \"verify_incoming_rpc\": true";
    }

    /** Omits the token and the key. */
    @Override
    public String toString() {
        return "secured by " + identity;
    }
}
