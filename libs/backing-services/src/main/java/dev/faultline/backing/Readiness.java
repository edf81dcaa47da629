package dev.faultline.backing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;

/**
 * A readiness check, as a URI that can be stored in a file. A server is ready if {@code http://host:port/path} responds with
 * 200, if {@code postgres://host:port} requests a password or refuses a client by its access rules, or if
 * {@code kafka://host:port} returns its API versions. In {@code kafka+tls://host:port?authority=FILE} the file has the
 * certificate, in PEM, of the authority that vouches for the server.
 *
 * <p>
 * The checks use plain sockets instead of client libraries, to keep the supervisor small.
 */
public record Readiness(URI uri) {
    private static final int TIMEOUT_MS = 1_000;
    private static final String AUTHORITY = "authority=";
    /** {@code invalid_authorization_specification}: no rule admits the client. Rules are applied once recovery has ended. */
    private static final String REFUSED = "C28000\0";
    private static final int MAX_ERROR_BYTES = 512;

    public Readiness {
        switch (uri.getScheme()) {
            case "http", "postgres", "kafka", "kafka+tls" -> {
                /* known */ }
            case null, default -> throw new IllegalArgumentException("unsupported readiness check: " + uri);
        }
    }

    public static Readiness of(String uri) {
        return new Readiness(URI.create(uri));
    }

    static Readiness of(String uri, Path authority) {
        return of(uri + "?" + AUTHORITY + URLEncoder.encode(authority.toString(), StandardCharsets.UTF_8));
    }

    /** Checks once, with a timeout of a second. */
    public boolean check() {
        try {
            return switch (uri.getScheme()) {
                case "http" -> checkHttp();
                case "postgres" -> checkPostgres();
                case "kafka" -> checkKafka(new Socket());
                default -> checkKafka(tlsSocket());
            };
        } catch (IOException | GeneralSecurityException e) {
            return false;
        }
    }

    /** Repeats the check until it succeeds; returns false if it did not in time. */
    public boolean await(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!check()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    private boolean checkHttp() throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MS);
        connection.setReadTimeout(TIMEOUT_MS);
        try {
            return connection.getResponseCode() == 200;
        } finally {
            connection.disconnect();
        }
    }

    /**
     * The response to a startup message is an authentication request ('R'), or an error ('E') while the server is still
     * recovering.
     *
     * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">StartupMessage</a>
     */
    private boolean checkPostgres() throws IOException {
        var parameters = "user\0" + PostgresServer.SUPERUSER + "\0database\0postgres\0\0";
        var packet = new ByteArrayOutputStream();
        var out = new DataOutputStream(packet);
        out.writeInt(8 + parameters.length());
        out.writeShort(3);
        out.writeShort(0);
        out.write(parameters.getBytes(StandardCharsets.US_ASCII));
        return exchange(new Socket(), packet.toByteArray(), response -> {
            byte type = response.readByte();
            return type == 'R' || (type == 'E' && new String(response.readNBytes(MAX_ERROR_BYTES),
                    StandardCharsets.UTF_8).contains(REFUSED));
        });
    }

    /** ApiVersions, version 0: the response is its length, the correlation id, and the error code 0. */
    private boolean checkKafka(Socket socket) throws IOException {
        var packet = new ByteArrayOutputStream();
        var out = new DataOutputStream(packet);
        out.writeInt(10);
        out.writeShort(18);
        out.writeShort(0);
        out.writeInt(1);
        out.writeShort(-1);
        return exchange(socket, packet.toByteArray(), response -> {
            response.readInt();
            return response.readInt() == 1 && response.readShort() == 0;
        });
    }

    private Socket tlsSocket() throws IOException, GeneralSecurityException {
        var authority = Path.of(URLDecoder.decode(uri.getRawQuery().substring(AUTHORITY.length()),
                StandardCharsets.UTF_8));
        return TlsTrust.context(authority).getSocketFactory().createSocket();
    }

    private interface Response {
        boolean isReady(DataInputStream response) throws IOException;
    }

    private boolean exchange(Socket unconnected, byte[] packet, Response expected) throws IOException {
        try (Socket socket = unconnected) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), TIMEOUT_MS);
            socket.getOutputStream().write(packet);
            return expected.isReady(new DataInputStream(socket.getInputStream()));
        }
    }
}
