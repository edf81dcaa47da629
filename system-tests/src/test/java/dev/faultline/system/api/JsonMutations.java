package dev.faultline.system.api;

import static dev.faultline.system.api.Mutation.refused;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Bodies that are no JSON, or are JSON that parsers read differently. */
final class JsonMutations {
    private static final int DEEP = 10_000;

    static final List<Mutation> ALL = List.of(
            texts("an empty body", _ -> Stream.of("", " ", "\n")),
            texts("another JSON document", _ -> Stream.of("[]", "[{}]", "\"x\"", "17", "true", "null", "{}")),
            texts("a text that is no JSON", body -> Stream.of("{", "}", "garbage", "<a/>", "a=b", "{'a': 1}", "{a: 1}",
                    "NaN", "{\"a\": 01}", "{\"a\": +1}", "{\"a\": .5}", "{\"a\": Infinity}", "\u0000", "%00", body
                            + "{}", body + "x", body + ",", "/* */" + body, "//\n" + body, body.replace("}", ",}"))),
            bytes("a truncated body", body -> Stream.of(1, body.length / 2, body.length - 1).map(length -> Arrays
                    .copyOf(body, length))),
            texts("a field twice", body -> Stream.of(body.replaceFirst("\\{(\"[^\"]+\":)", "{$1 null, $1"), body
                    .replaceFirst("\\{(.*)}$", "{$1,$1}"))),
            texts("a NUL between fields", body -> Stream.of("\u0000" + body, body + "\u0000", body.replaceFirst("\\{",
                    "{\u0000"))),
            bytes("bytes that are no UTF-8", body -> Stream.of(new int[]{0xC3, 0x28}, new int[]{0xC0, 0xAF}, new int[]{
                0xFF}, new int[]{0xED, 0xA0, 0x80}, new int[]{0xF8, 0x88, 0x80, 0x80, 0x80}).map(broken -> inFirstName(
                        body, broken))),
            bytes("a body in another encoding", body -> Stream.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE,
                    StandardCharsets.UTF_16, Charset.forName("UTF-32"), Charset.forName("IBM037")).map(
                            charset -> new String(body, StandardCharsets.UTF_8).getBytes(charset))),
            texts("nesting without an end", body -> Stream.of("[".repeat(DEEP), "{\"a\":".repeat(DEEP), "[".repeat(DEEP)
                    + "]".repeat(DEEP), body.replaceFirst("\\{", "{\"deep\": " + "[".repeat(DEEP) + "]".repeat(DEEP)
                            + ","))),
            texts("a long name", body -> Stream.of(body.replaceFirst("\\{", "{\"" + "x".repeat(100_000) + "\": 1,"))),
            texts("a body that is too large", body -> Stream.of(" ".repeat(300_000) + body)));

    private JsonMutations() {}

    private static Mutation texts(String name, Function<String, Stream<String>> changes) {
        return bytes(name, body -> changes.apply(new String(body, StandardCharsets.UTF_8)).map(text -> text.getBytes(
                StandardCharsets.UTF_8)));
    }

    private static Mutation bytes(String name, Function<byte[], Stream<byte[]>> changes) {
        return new Mutation(name, sample -> sample.json().stream().map(Sample::bytes).flatMap(changes).map(
                body -> refused(body.length + " bytes", sample.request().body(body))));
    }

    /** The bytes in the first name of a field. */
    private static byte[] inFirstName(byte[] body, int[] inserted) {
        var changed = new ByteArrayOutputStream();
        changed.write(body, 0, 2);
        for (int value : inserted) {
            changed.write(value);
        }
        changed.write(body, 2, body.length - 2);
        return changed.toByteArray();
    }
}
