package dev.faultline.local;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.OwnersFile;
import dev.faultline.backing.TlsIdentity;
import dev.faultline.backing.TlsTrust;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate authority of one cluster on this machine. It can vouch for {@code localhost}, 127.0.0.0/8 and names below
 * {@code faultline.internal} only, so that who trusts it in a browser risks nothing elsewhere (RFC 5280, name constraints):
 * {@code internal} is never a domain of the public DNS. Its certificate and key are made up once,
 * and so is the key of each identity; certificates are valid for 30 days, and renewed by every {@code ./faultline up}.
 */
final class CertificateAuthority {
    private static final String NAME = "ca";
    private static final String LOOPBACK = "127.0.0.1";
    /** A node's certificate has the node's name below it, so that it can be told from every other node's. */
    private static final String DOMAIN = "faultline.internal";
    /** RFC 5280, section 4.1.2.2: at most 20 octets. */
    private static final int SERIAL_BITS = 127;
    private static final Duration LIFETIME = Duration.ofDays(3650);
    private static final Duration LEAF_LIFETIME = Duration.ofDays(30);
    /** For clocks that are set back. */
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    private static final NameConstraints PERMITTED = new NameConstraints(new GeneralSubtree[]{
        new GeneralSubtree(new GeneralName(GeneralName.dNSName, "localhost")),
        new GeneralSubtree(new GeneralName(GeneralName.dNSName, DOMAIN)),
        new GeneralSubtree(new GeneralName(GeneralName.iPAddress, "127.0.0.0/8"))}, null);

    private final Path directory;
    private final Clock clock;

    /** @param directory of all files; created if it does not exist */
    CertificateAuthority(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** What a certificate is for. */
    enum Purpose {
        /** A node, which accepts connections and opens them. */
        NODE,
        /** A client only. */
        CLIENT;

        private ExtendedKeyUsage usage() {
            return new ExtendedKeyUsage(switch (this) {
                case NODE -> new KeyPurposeId[]{KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
                case CLIENT -> new KeyPurposeId[]{KeyPurposeId.id_kp_clientAuth};
            });
        }
    }

    /** Issues a new certificate for an identity, whose key stays the same, so that the two files always match. */
    void renew(String name, Purpose purpose) {
        try {
            OwnersFile.createDirectory(directory);
            KeyPair authority = authority();
            TlsIdentity files = TlsIdentity.in(directory, name);
            KeyPair subject = keys(files);
            // As it calls itself: the directory may have had another name then.
            X500Name issuer = X500Name.getInstance(TlsTrust.certificate(TlsIdentity.in(directory, NAME).certificate())
                    .getSubjectX500Principal().getEncoded());
            X509v3CertificateBuilder builder = builder(issuer, new X500Name("CN=" + name), subject.getPublic(),
                    LEAF_LIFETIME)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, purpose.usage())
                    .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[]{
                        new GeneralName(GeneralName.iPAddress, LOOPBACK), new GeneralName(GeneralName.dNSName,
                                "localhost"), new GeneralName(GeneralName.dNSName, name + "." + DOMAIN)}))
                    .addExtension(Extension.authorityKeyIdentifier, false, new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(authority.getPublic()));
            OwnersFile.write(files.certificate(), pem(signed(builder, authority.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new FaultlineException("Cannot write the certificate of " + name + " to " + directory + ": " + e
                    .getMessage(), e);
        }
    }

    private KeyPair authority() throws IOException, GeneralSecurityException, OperatorCreationException {
        TlsIdentity files = TlsIdentity.in(directory, NAME);
        boolean isNew = !exist(files) || !vouchesForAllNames(TlsTrust.certificate(files.certificate()));
        KeyPair keys = keys(files);
        if (isNew) {
            X500Name name = new X500Name("CN=" + commonName());
            X509v3CertificateBuilder builder = builder(name, name, keys.getPublic(), LIFETIME)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(Extension.nameConstraints, true, PERMITTED)
                    .addExtension(Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils()
                            .createSubjectKeyIdentifier(keys.getPublic()));
            OwnersFile.write(files.certificate(), pem(signed(builder, keys.getPrivate())));
        }
        return keys;
    }

    /** That of an earlier version does not. */
    private static boolean vouchesForAllNames(X509Certificate authority) throws IOException {
        byte[] constraints = authority.getExtensionValue(Extension.nameConstraints.getId());
        return constraints != null && PERMITTED.equals(JcaX509ExtensionUtils.parseExtensionValue(constraints));
    }

    private static boolean exist(TlsIdentity files) {
        return Files.exists(files.certificate()) && Files.exists(files.key());
    }

    /** Those of the identity's certificate; new ones if one of the two files is missing. */
    private static KeyPair keys(TlsIdentity files) throws IOException, GeneralSecurityException {
        if (exist(files)) {
            return new KeyPair(TlsTrust.certificate(files.certificate()).getPublicKey(), TlsTrust.privateKey(files
                    .key()));
        }
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        OwnersFile.write(files.key(), pem(new JcaPKCS8Generator(keys.getPrivate(), null)));
        return keys;
    }

    private JcaX509v3CertificateBuilder builder(X500Name issuer, X500Name subject, PublicKey key, Duration lifetime) {
        Instant now = clock.instant();
        return new JcaX509v3CertificateBuilder(issuer, new BigInteger(SERIAL_BITS, new SecureRandom()), Date.from(now
                .minus(BACKDATED)), Date.from(now.plus(lifetime)), subject, key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder(
                "SHA256withECDSA").build(key)));
    }

    private static String pem(Object content) throws IOException {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(content);
        }
        return text.toString();
    }

    /** Tells the authorities of several clusters apart, where a user trusts them. */
    private String commonName() {
        return "Faultline development CA " + Integer.toHexString(directory.toString().hashCode());
    }
}
