package dev.faultline.backing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Trust in one authority, whose certificate is a file in PEM, and in no other. */
public final class TlsTrust {
    private TlsTrust() {}

    public static TrustManager[] managers(Path authority) throws IOException, GeneralSecurityException {
        KeyStore trusted = empty();
        trusted.setCertificateEntry("authority", certificate(authority));
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        return managers.getTrustManagers();
    }

    /** For a client that has no certificate itself. */
    public static SSLContext context(Path authority) throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers(authority), null);
        return context;
    }

    /**
     * For connections of an identity.
     *
     * @throws FaultlineException if its files cannot be read
     */
    public static SSLContext context(TlsIdentity identity) {
        try {
            KeyStore own = empty();
            own.setKeyEntry("own", privateKey(identity.key()), new char[0], new Certificate[]{certificate(identity
                    .certificate())});
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), managers(identity.authority()), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new FaultlineException("Cannot read " + identity + ": " + e.getMessage(), e);
        }
    }

    public static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** A key of an elliptic curve, in PKCS #8. */
    public static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String body = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(
                    body)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " has no private key", e);
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }
}
