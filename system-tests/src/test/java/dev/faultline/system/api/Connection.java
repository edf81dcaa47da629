package dev.faultline.system.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection for one request after the other; opened anew only after the server has closed it. */
final class Connection implements AutoCloseable {
    private static final int TIMEOUT_MS = 30_000;

    private final URI server;
    private @Nullable Socket socket;
    private InputStream in = InputStream.nullInputStream();

    Connection(URI server) {
        this.server = server;
    }

    /** @throws IOException if there is no complete response */
    Response send(Request request) throws IOException {
        Socket open = socket == null ? open() : socket;
        try {
            open.getOutputStream().write(request.encoded());
        } catch (SocketException e) {
            // The server may have answered and closed before it had read everything.
        }
        Response response = read(request.method().equals("HEAD"));
        if (response.closes()) {
            if (in.read() >= 0) {
                throw new IOException("there is more after a response that announced the end: " + response);
            }
            close();
        }
        return response;
    }

    private Socket open() throws IOException {
        var opening = new Socket(server.getHost(), server.getPort());
        opening.setSoTimeout(TIMEOUT_MS);
        opening.setTcpNoDelay(true);
        in = new BufferedInputStream(opening.getInputStream());
        socket = opening;
        return opening;
    }

    private Response read(boolean headersOnly) throws IOException {
        String[] line = line().split(" ", 3);
        if (line.length < 2 || !line[0].equals("HTTP/1.1")) {
            throw new IOException("not a status line: " + String.join(" ", line));
        }
        int status = Integer.parseInt(line[1]);
        var headers = new TreeMap<String, List<String>>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.computeIfAbsent(header.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>()).add(
                    header.substring(colon + 1).strip());
        }
        return new Response(status, headers, headersOnly || status == 204 || status == 304 ? new byte[0]
                : body(headers));
    }

    private byte[] body(Map<String, List<String>> headers) throws IOException {
        if (headers.containsKey("content-length")) {
            return exactly(Integer.parseInt(headers.get("content-length").getFirst()));
        }
        if (!headers.containsKey("transfer-encoding")) {
            return in.readAllBytes();
        }
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.writeBytes(exactly(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the response ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ends within a response, after: " + line);
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is of no use any more.
            }
            socket = null;
        }
    }
}
