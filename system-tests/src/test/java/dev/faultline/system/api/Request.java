package dev.faultline.system.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 request as it goes over the wire: nothing is escaped, checked or completed, but for the length of a body.
 *
 * @param target path and query; its characters and those of the headers are sent as bytes, ISO 8859-1
 * @param body null for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Request(String method, String target, List<Header> headers, byte @Nullable [] body) {

    record Header(String name, String value) {}

    Request {
        headers = List.copyOf(headers);
    }

    Request with(String name, String value) {
        var all = new ArrayList<>(without(name).headers);
        all.add(new Header(name, value));
        return new Request(method, target, all, body);
    }

    /** Beside the values that the header has already. */
    Request adding(String name, String value) {
        var all = new ArrayList<>(headers);
        all.add(new Header(name, value));
        return new Request(method, target, all, body);
    }

    Request without(String name) {
        return new Request(method, target, headers.stream().filter(header -> !header.name.equalsIgnoreCase(name))
                .toList(), body);
    }

    Request at(String other) {
        return new Request(method, other, headers, body);
    }

    Request by(String other) {
        return new Request(other, target, headers, body);
    }

    Request body(byte @Nullable [] other) {
        return new Request(method, target, headers, other);
    }

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream();
        var head = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        headers.forEach(header -> head.append(header.name).append(": ").append(header.value).append("\r\n"));
        if (body != null && headers.stream().noneMatch(header -> header.name.equalsIgnoreCase("Content-Length")
                || header.name.equalsIgnoreCase("Transfer-Encoding"))) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (body != null) {
            bytes.writeBytes(body);
        }
        return bytes.toByteArray();
    }

    /** For a person who wants to see what failed. */
    @Override
    public String toString() {
        String text = new String(encoded(), StandardCharsets.ISO_8859_1).replaceAll("Bearer [\\w-]+\\.[\\w.-]+",
                "Bearer <token>");
        return (text.length() > 1_000 ? text.substring(0, 1_000) + "... (" + text.length() + " bytes)" : text).replace(
                "\r", "").replaceAll("[^\\n\\x20-\\x7e]", "?").strip();
    }
}
