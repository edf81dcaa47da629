package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.TlsIdentity;
import dev.faultline.backing.TlsTrust;
import dev.faultline.local.CertificateAuthority.Purpose;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    private static final String ORDER_SERVICE = "order-service.faultline.internal";

    @TempDir Path home;

    @Test
    void aNodeAndAClientOfOneClusterBelieveEachOther() throws Exception {
        Path directory = certificates("tls", Clock.systemUTC());
        assertThat(connect(context(directory, "order-service"), context(directory, "operator"), "127.0.0.1")).isEqualTo(
                "CN=operator");
        assertThat(connect(context(directory, "order-service"), context(directory, "gateway-service"), "localhost"))
                .isEqualTo("CN=gateway-service");
    }

    @Test
    void anotherClustersNodeIsNotBelievedByEitherEnd() throws Exception {
        Path one = certificates("one", Clock.systemUTC());
        Path other = certificates("other", Clock.systemUTC());
        assertThatThrownBy(() -> connect(context(one, "order-service"), context(other, "operator"), "127.0.0.1"))
                .isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> connect(context(other, "order-service"), context(one, "operator"), "127.0.0.1"))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void aClientsCertificateIsNotAcceptedFromAServer() throws Exception {
        Path directory = certificates("tls", Clock.systemUTC());
        assertThatThrownBy(() -> connect(context(directory, "operator"), context(directory, "order-service"),
                "127.0.0.1")).isInstanceOf(SSLException.class);
    }

    @Test
    void anExpiredCertificateIsRefusedUntilItIsRenewed() throws Exception {
        Path directory = certificates("tls", Clock.fixed(Instant.now().minus(Duration.ofDays(31)), ZoneOffset.UTC));
        assertThatThrownBy(() -> connect(context(directory, "order-service"), context(directory, "operator"),
                "127.0.0.1")).isInstanceOf(SSLException.class).hasMessageContaining("validity");
        String key = Files.readString(directory.resolve("order-service.key"));

        certificates("tls", Clock.systemUTC());

        assertThat(connect(context(directory, "order-service"), context(directory, "operator"), "127.0.0.1")).isEqualTo(
                "CN=operator");
        assertThat(Files.readString(directory.resolve("order-service.key"))).isEqualTo(key);
    }

    /** By which the gateway tells a service's instances from every other node. */
    @Test
    void aCertificateNamesItsNodeAndNoOther() throws Exception {
        Path directory = certificates("tls", Clock.systemUTC());
        assertThat(connect(context(directory, "order-service"), context(directory, "operator"), ORDER_SERVICE))
                .isEqualTo("CN=operator");
        assertThatThrownBy(() -> connect(context(directory, "gateway-service"), context(directory, "operator"),
                ORDER_SERVICE)).isInstanceOf(SSLException.class).hasMessageContaining(ORDER_SERVICE);
    }

    /**
     * That of a version whose authorities could vouch for this machine only. Java does not compare names with the constraints
     * of an authority that it is told to trust; OpenSSL does, in PostgreSQL and curl.
     */
    @Test
    void anAuthorityThatCannotVouchForAllNamesIsReplaced() throws Exception {
        Path directory = certificates("tls", Clock.systemUTC());
        TlsIdentity authority = TlsIdentity.in(directory, "ca");
        var name = new X500Name("CN=Faultline development CA");
        var permitted = new GeneralSubtree[]{new GeneralSubtree(new GeneralName(GeneralName.dNSName, "localhost")),
            new GeneralSubtree(new GeneralName(GeneralName.iPAddress, "127.0.0.0/8"))};
        var earlier = new JcaX509v3CertificateBuilder(name, BigInteger.ONE, Date.from(Instant.now()), Date.from(Instant
                .now().plus(Duration.ofDays(1))), name, TlsTrust.certificate(authority.certificate()).getPublicKey())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.nameConstraints, true, new NameConstraints(permitted, null))
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(TlsTrust.privateKey(authority.key())));
        try (var pem = new JcaPEMWriter(Files.newBufferedWriter(authority.certificate()))) {
            pem.writeObject(earlier);
        }

        certificates("tls", Clock.systemUTC());

        X509Certificate now = TlsTrust.certificate(authority.certificate());
        assertThat(now.getSerialNumber()).isNotEqualTo(BigInteger.ONE);
        assertThat(new String(now.getExtensionValue(Extension.nameConstraints.getId()), StandardCharsets.ISO_8859_1))
                .contains("faultline.internal");
        assertThat(connect(context(directory, "order-service"), context(directory, "operator"), ORDER_SERVICE))
                .isEqualTo("CN=operator");
    }

    /** What a browser that trusts the authority relies on. */
    @Test
    void itsAuthorityIsLimitedToThisMachine() throws Exception {
        Path directory = certificates("tls", Clock.systemUTC());
        try (var file = Files.newInputStream(directory.resolve("ca.pem"))) {
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file);
            assertThat(certificate.getCriticalExtensionOIDs()).as("name constraints").contains("2.5.29.30");
            assertThat(certificate.getBasicConstraints()).isZero();
        }
    }

    @Test
    void onlyTheOwnerCanReadTheFiles() throws IOException {
        Path directory = certificates("tls", Clock.systemUTC());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory))).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList()).hasSize(8).allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files
                    .getPosixFilePermissions(file))).isEqualTo("rw-------"));
        }
    }

    @Test
    void aClusterWhoseDirectoryWasMovedRenewsItsCertificates() throws Exception {
        Files.move(certificates("before", Clock.systemUTC()), home.resolve("after"));

        Path directory = certificates("after", Clock.systemUTC());

        assertThat(connect(context(directory, "order-service"), context(directory, "operator"), "127.0.0.1")).isEqualTo(
                "CN=operator");
    }

    @Test
    void aKeyThatIsMissingIsMadeUpWithItsCertificate() throws Exception {
        Path directory = certificates("tls", Clock.systemUTC());
        Files.delete(directory.resolve("operator.key"));
        Files.delete(directory.resolve("ca.key"));

        certificates("tls", Clock.systemUTC());

        assertThat(connect(context(directory, "order-service"), context(directory, "operator"), "127.0.0.1")).isEqualTo(
                "CN=operator");
    }

    @Test
    void aMissingFileIsNamedWithWhatMakesItUp() throws IOException {
        Path directory = certificates("tls", Clock.systemUTC());
        Files.delete(directory.resolve("operator.pem"));
        assertThatThrownBy(() -> new TransportSecurity.Secured(directory, "secret").operator()).isInstanceOf(
                FaultlineException.class).hasMessageContaining("operator.pem").hasMessageContaining("./faultline up");
    }

    private Path certificates(String name, Clock clock) {
        Path directory = home.resolve(name);
        var authority = new CertificateAuthority(directory, clock);
        authority.renew("order-service", Purpose.NODE);
        authority.renew("gateway-service", Purpose.NODE);
        authority.renew("operator", Purpose.CLIENT);
        return directory;
    }

    private static SSLContext context(Path directory, String name) {
        TlsIdentity identity = TlsIdentity.in(directory, name);
        return TlsTrust.context(identity);
    }

    /** @return the name that the server reads from the client's certificate */
    private static String connect(SSLContext server, SSLContext client, String host) throws Exception {
        try (var listener = (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0, 1, InetAddress
                .getLoopbackAddress())) {
            listener.setNeedClientAuth(true);
            var accepted = CompletableFuture.supplyAsync(() -> accept(listener));
            try (var socket = (SSLSocket) client.getSocketFactory().createSocket(connected(listener.getLocalPort()),
                    host, listener.getLocalPort(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                // In TLS 1.3 the client's handshake ends before the server has seen its certificate.
                return socket.getInputStream().read() < 0 ? "" : accepted.join();
            }
        }
    }

    private static Socket connected(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
        return socket;
    }

    private static String accept(SSLServerSocket listener) {
        try (var socket = (SSLSocket) listener.accept()) {
            socket.startHandshake();
            socket.getOutputStream().write(1);
            return socket.getSession().getPeerPrincipal().getName();
        } catch (IOException e) {
            return e.toString(); // the client learns of it too
        }
    }
}
