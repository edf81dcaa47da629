package dev.faultline.backing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A question that a server which is ready answers, written as a URI so that it can be kept in a file:
 * {@code http://host:port/path} is answered by 200, {@code postgres://host:port} by a request for a password,
 * {@code kafka://host:port} by the versions of the protocol that the broker speaks.
 *
 * <p>
 * The questions are asked on bare sockets, because the process that asks must stay small.
 */
public record Readiness(URI question) {
    private static final int TIMEOUT_MS = 1_000;

    public Readiness {
        switch (question.getScheme()) {
            case "http", "postgres", "kafka" -> {
                /* known */ }
            case null, default -> throw new IllegalArgumentException("not a question to a server: " + question);
        }
    }

    public static Readiness of(String question) {
        return new Readiness(URI.create(question));
    }

    /** Asks once; an answer that does not come within a second counts as no. */
    public boolean ask() {
        try {
            return switch (question.getScheme()) {
                case "http" -> askHttp();
                case "postgres" -> askPostgres();
                default -> askKafka();
            };
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks until the answer is yes; returns false if it was not within the time. */
    public boolean await(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!ask()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    private boolean askHttp() throws IOException {
        var connection = (HttpURLConnection) question.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MS);
        connection.setReadTimeout(TIMEOUT_MS);
        try {
            return connection.getResponseCode() == 200;
        } finally {
            connection.disconnect();
        }
    }

    /**
     * A start-up packet without a user that exists is answered by a request for a password ('R'), or by an error ('E')
     * while the server is still recovering.
     *
     * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">StartupMessage</a>
     */
    private boolean askPostgres() throws IOException {
        var parameters = "user\0" + PostgresServer.SUPERUSER + "\0database\0postgres\0\0";
        var packet = new ByteArrayOutputStream();
        var out = new DataOutputStream(packet);
        out.writeInt(8 + parameters.length());
        out.writeShort(3);
        out.writeShort(0);
        out.write(parameters.getBytes(StandardCharsets.US_ASCII));
        return exchange(packet.toByteArray()).readByte() == 'R';
    }

    /** ApiVersions, version 0: the answer is its length, the number of the request, and an error code of 0. */
    private boolean askKafka() throws IOException {
        var packet = new ByteArrayOutputStream();
        var out = new DataOutputStream(packet);
        out.writeInt(10);
        out.writeShort(18);
        out.writeShort(0);
        out.writeInt(1);
        out.writeShort(-1);
        DataInputStream answer = exchange(packet.toByteArray());
        answer.readInt();
        return answer.readInt() == 1 && answer.readShort() == 0;
    }

    private DataInputStream exchange(byte[] packet) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(question.getHost(), question.getPort()), TIMEOUT_MS);
            socket.getOutputStream().write(packet);
            var answer = new byte[16];
            int length = socket.getInputStream().readNBytes(answer, 0, 10);
            return new DataInputStream(new ByteArrayInputStream(answer, 0, length));
        }
    }
}
