package dev.faultline.service;

import javax.net.ssl.SSLContext;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.core.env.Environment;

/**
 * The certificate by which this process proves who it is, and the only authority that it believes, in every TLS connection
 * that it opens without a context of its own.
 */
final class NodeTls {
    private static final String CERTIFICATE = "faultline.tls.certificate";

    private NodeTls() {}

    /** Whether this process has a certificate. */
    static boolean isConfigured(Environment environment) {
        return environment.containsProperty(CERTIFICATE);
    }

    /**
     * Makes it that of the JVM's default context, which HTTP clients use.
     *
     * @throws IllegalStateException if a file cannot be read
     */
    static void install(Environment environment) {
        String certificate = file(environment, CERTIFICATE);
        String key = file(environment, "faultline.tls.key");
        String authority = file(environment, "faultline.tls.authority");
        try {
            var stores = new PemSslStoreBundle(PemSslStoreDetails.forCertificate(certificate).withPrivateKey(key),
                    PemSslStoreDetails.forCertificate(authority));
            SSLContext.setDefault(SslBundle.of(stores).createSslContext());
        } catch (RuntimeException e) {
            throw new IllegalStateException("faultline.tls.certificate, .key and .authority must be files in PEM: "
                    + e.getMessage(), e);
        }
    }

    private static String file(Environment environment, String property) {
        return "file:" + environment.getRequiredProperty(property);
    }
}
