package dev.faultline.backing;

import java.nio.file.Path;

/**
 * By what a process proves who it is in TLS connections, and whom it believes. The files are in PEM.
 *
 * @param certificate of this process
 * @param key         its private key, in PKCS #8, which only its owner can read
 * @param authority   the certificate of the only authority whose certificates are accepted
 */
public record TlsIdentity(Path certificate, Path key, Path authority) {

    /** {@code NAME.pem} and {@code NAME.key} beside the authority's {@code ca.pem}. */
    public static TlsIdentity in(Path directory, String name) {
        return new TlsIdentity(directory.resolve(name + ".pem"), directory.resolve(name + ".key"), directory.resolve(
                "ca.pem"));
    }
}
