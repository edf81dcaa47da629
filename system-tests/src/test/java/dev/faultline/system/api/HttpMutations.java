package dev.faultline.system.api;

import static dev.faultline.system.api.Mutation.described;
import static dev.faultline.system.api.Mutation.refused;
import static dev.faultline.system.api.Mutation.unrouted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import dev.faultline.system.api.Mutation.Attempt;
import dev.faultline.system.api.Mutation.Expected;

/** Headers and methods that are not what the description says. */
final class HttpMutations {
    static final List<Mutation> ALL = List.of(
            withBody("a media type that is not described", (sample, request) -> Stream.concat(Stream.of("text/plain",
                    "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                    "garbage", "application/", "/", "", "*/*", "application/json, text/plain",
                    "application/json; charset=\"").map(type -> refused(type, request.with("Content-Type", type))),
                    Stream.of(refused("none", request.without("Content-Type"))))),
            withBody("a charset other than UTF-8", (sample, request) -> Stream.of("iso-8859-1", "utf-16", "utf-32",
                    "us-ascii", "ibm037", "no-such-charset").map(charset -> refused(charset, request.with(
                            "Content-Type", "application/json; charset=" + charset)))),
            withBody("a Content-Encoding", (sample, request) -> Stream.concat(Stream.of("gzip", "br", "deflate",
                    "compress", "x", "gzip, gzip").map(encoding -> refused(encoding, request.with("Content-Encoding",
                            encoding))),
                    Stream.of(refused("gzip", request.with("Content-Encoding", "gzip").body(gzip(sample)))))),
            headers("an odd Accept", request -> Stream.concat(Stream.of("text/html", "image/png, text/plain;q=0.5",
                    "*/*", "application/*", "", "garbage", "/", "a/b;",
                    "application/json;q=2", "application/json;q=x", "*/json", ",", "application/json;q=0", "a,".repeat(
                            1_000)).map(type -> described(type, request.with("Accept", type))),
                    Stream.of(described("none", request.without("Accept")),
                            described("Accept-Charset", request.with("Accept-Charset", "utf-16")),
                            described("Accept-Encoding", request.with("Accept-Encoding", "gzip;q=1, *;q=0")),
                            described("Accept-Language", request.with("Accept-Language", "x".repeat(300)))))),
            headers("headers that are too large", request -> Stream.of(12_300, 16_500, 30_000).map(size -> refused(size,
                    request.with("X-Large", "x".repeat(size))))),
            headers("too many headers", request -> {
                Request many = request;
                for (int i = 0; i < 120; i++) {
                    many = many.with("X-" + i, "x");
                }
                return Stream.of(refused(120, many));
            }),
            headers("a header that is not HTTP", request -> Stream.of(request.adding("No space ", "x"), request.adding(
                    "", "x"), request.adding("X", "a\rb"), request.adding("X", "a\u0000b"), request.adding("X(", "x"),
                    request.without("Host"), request.adding("Host", "other"), request.with("Host", "a b"), request
                            .adding(
                                    "Content-Length", "-1"), request.adding("Content-Length", "x"), request.adding(
                                            "Transfer-Encoding", "x"), request.adding("Content-Length", "1").adding(
                                                    "Content-Length", "2")).map(changed -> new Attempt("", changed,
                                                            Expected.NOT_HTTP))),
            headers("two lengths of a body", request -> Stream.of(described("", request.with("Transfer-Encoding",
                    "chunked")
                    .with("Content-Length", "5").body("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII))))),
            headers("headers that are to mislead", request -> Stream.of(described("forwarded", request.with("Forwarded",
                    "for=1.2.3.4;host=evil").with("X-Forwarded-For", "1.2.3.4").with("X-Forwarded-Host", "evil").with(
                            "X-Forwarded-Prefix", "/x").with("X-Original-URL", "/actuator")), described("method",
                                    request
                                            .with("X-HTTP-Method-Override", "DELETE")), described("range", request.with(
                                                    "Range",
                                                    "bytes=0-1").with("If-None-Match", "*").with("If-Match", "x")),
                    described(
                            "correlation", request.with("traceparent", "garbage").with("baggage",
                                    "x".repeat(2_000))))),
            new Mutation("a method that the path does not have", sample -> Stream.of("GET", "HEAD", "POST", "PUT",
                    "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "FOO", "PROPFIND").filter(method -> !sample.values()
                            .description().methods(sample.operation().path()).contains(method.equals("HEAD") ? "GET"
                                    : method)).map(method -> unrouted(method, sample.request().by(method)))),
            new Mutation("no token, or none that is valid", sample -> sample.operation().scopes().isEmpty()
                    ? Stream.empty()
                    : Stream.concat(Stream.of(refused("none", sample.request().without("Authorization"))), tokens(
                            sample))),
            new Mutation("a bad token where none is needed", sample -> sample.operation().scopes().isEmpty() ? tokens(
                    sample) : Stream.empty()),
            new Mutation("a token for something else", sample -> sample.values().description().operations().stream()
                    .filter(other -> !sample.operation().scopes().isEmpty() && sample.operation().scopes().stream()
                            .noneMatch(other.scopes()::contains)).map(sample.callers()::of).flatMap(Optional::stream)
                    .filter(token -> !sample.callers().of(sample.operation()).equals(Optional.of(token))).distinct()
                    .map(token -> refused("", sample.request().with("Authorization", token)))));

    private HttpMutations() {}

    private interface Changes {
        Stream<Attempt> of(Sample sample, Request request);
    }

    private static Mutation withBody(String name, Changes changes) {
        return new Mutation(name, sample -> sample.json().stream().flatMap(_ -> changes.of(sample, sample.request())));
    }

    private static Mutation headers(String name, Function<Request, Stream<Attempt>> changes) {
        return new Mutation(name, sample -> changes.apply(sample.request()));
    }

    /** That nobody issued; the first is one of the algorithm {@code none}. */
    private static Stream<Attempt> tokens(Sample sample) {
        return Stream.of("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsInNjb3BlIjoib3JkZXJzLmFsbCJ9.", "Bearer x",
                "Bearer a.b.c", "Bearer \u00fc", "Bearer " + "x".repeat(8_000)).map(token -> refused(token.substring(0,
                        8), sample.request().with("Authorization", token)));
    }

    private static byte[] gzip(Sample sample) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(sample.json().map(Sample::bytes).orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
