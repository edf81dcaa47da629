package dev.faultline.backing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Finds or downloads the Consul program. It tries, in this order, {@code FAULTLINE_CONSUL}, the PATH, the cache, the
 * vendor's release, and the Debian 11 package, for networks that reach only a Debian mirror. Verifies the SHA-256 of
 * downloads.
 */
final class ConsulBinary {
    private static final String VERSION = "1.22.0";
    private static final String DEBIAN_VERSION = "1.8.7";
    private static final String DEBIAN_PACKAGE = "pool/main/c/consul/consul_1.8.7%2Bdfsg1-2%2Bb3_amd64.deb";
    private static final String DEBIAN_SHA256 = "e4e888bba104daba1d9161f49bfc52649a7e4efd45b1a7ead5bc54f2cb9c89d9";
    private static final Pattern MIRROR = Pattern.compile("https?://\\S+");
    private static final Pattern VERSION_LINE = Pattern.compile("Consul v(\\d+)\\.(\\d+)");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(3);

    private final CacheDirectory cache;
    private final Consumer<String> progress;

    ConsulBinary(CacheDirectory cache, Consumer<String> progress) {
        this.cache = cache;
        this.progress = progress;
    }

    /** @throws FaultlineException listing the sources that were tried */
    Path find() {
        String named = System.getenv("FAULTLINE_CONSUL");
        if (named != null && !named.isBlank()) {
            return Optional.of(Path.of(named)).filter(Files::isExecutable).orElseThrow(() -> new FaultlineException(
                    "FAULTLINE_CONSUL is " + named + ", which is not an executable; correct or unset it."));
        }
        return ExternalProgram.onPath("consul").or(this::cached).orElseGet(this::download);
    }

    /** Since 1.14, a server opens a port for gRPC over TLS unless an option that older versions reject disables it. */
    static boolean hasGrpcTlsPort(Path program) {
        return isAtLeast(14, program);
    }

    /** Since 1.12, what concerns TLS is said for each interface. */
    static boolean hasTlsByInterface(Path program) {
        return isAtLeast(12, program);
    }

    /** 1.11 gave it a new name. */
    static String nameOfManagementToken(Path program) {
        return isAtLeast(11, program) ? "initial_management" : "master";
    }

    /** @param minor of version 1 */
    private static boolean isAtLeast(int minor, Path program) {
        try {
            Matcher version = VERSION_LINE.matcher(ExternalProgram.run(List.of(program.toString(), "version"))
                    .output());
            return version.find() && (Integer.parseInt(version.group(1)) > 1 || Integer.parseInt(version.group(
                    2)) >= minor);
        } catch (IOException e) {
            throw new FaultlineException("Cannot run Consul at " + program + ": " + e.getMessage(), e);
        }
    }

    private Optional<Path> cached() {
        return Stream.of(VERSION, DEBIAN_VERSION).map(version -> cache.find("consul-" + version))
                .flatMap(Optional::stream).map(directory -> directory.resolve("consul")).findFirst();
    }

    private Path download() {
        var failures = new ArrayList<String>();
        try (var http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NORMAL).build()) {
            try {
                return fromVendor(http);
            } catch (IOException e) {
                failures.add("the vendor's archive (" + reason(e) + ")");
            }
            try {
                return fromDebian(http);
            } catch (IOException e) {
                failures.add("Debian's package (" + reason(e) + ")");
            }
        }
        throw new FaultlineException("Consul was not found in FAULTLINE_CONSUL, on PATH or in " + cache.directory()
                + ", and cannot be downloaded: " + String.join("; ", failures)
                + ". Install Consul 1.8 or newer, and add it to PATH or set FAULTLINE_CONSUL.");
    }

    private Path fromVendor(HttpClient http) throws IOException {
        var release = "https://releases.hashicorp.com/consul/" + VERSION + "/consul_" + VERSION + "_";
        String archive = system() + "_" + architecture() + ".zip";
        progress.accept("downloading Consul " + VERSION + " from its vendor");
        String sums = new String(get(http, release + "SHA256SUMS"), StandardCharsets.UTF_8);
        String expected = sums.lines().filter(line -> line.endsWith(archive)).map(line -> line.substring(0, 64))
                .findFirst().orElseThrow(() -> new IOException("no archive " + archive));
        byte[] zip = verified(get(http, release + archive), expected);
        return cache.get("consul-" + VERSION, directory -> {
            Path program = directory.resolve("consul");
            try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
                for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    if (entry.getName().equals("consul")) {
                        Files.copy(in, program);
                    }
                }
            }
            makeExecutable(program);
        }).resolve("consul");
    }

    private Path fromDebian(HttpClient http) throws IOException {
        if (!system().equals("linux") || !architecture().equals("amd64") || ExternalProgram.onPath("dpkg-deb")
                .isEmpty()) {
            throw new IOException("requires Debian or a derivative on x86_64");
        }
        var failures = new ArrayList<String>();
        for (String mirror : debianMirrors()) {
            progress.accept("downloading Consul " + DEBIAN_VERSION + " from the Debian mirror " + mirror);
            try {
                return unpackDebian(verified(get(http, mirror + DEBIAN_PACKAGE), DEBIAN_SHA256));
            } catch (IOException e) {
                failures.add(mirror + ": " + reason(e));
            }
        }
        throw new IOException(failures.isEmpty() ? "no Debian mirror in the apt sources" : String.join(", ", failures));
    }

    private Path unpackDebian(byte[] deb) throws IOException {
        return cache.get("consul-" + DEBIAN_VERSION, directory -> {
            Path archive = Files.write(directory.resolve("consul.deb"), deb);
            Path files = directory.resolve("files");
            ExternalProgram.Outcome unpacked = ExternalProgram.run(List.of("dpkg-deb", "-x", archive.toString(), files
                    .toString()));
            if (!unpacked.succeeded()) {
                throw new IOException("dpkg-deb failed: " + unpacked.output());
            }
            Files.move(files.resolve("usr/bin/consul"), directory.resolve("consul"));
            Files.delete(archive);
            CacheDirectory.deleteTree(files);
        }).resolve("consul");
    }

    /** The Debian mirrors in the apt sources of this machine, each with a trailing slash. */
    private static List<String> debianMirrors() throws IOException {
        var files = new ArrayList<Path>();
        files.add(Path.of("/etc/apt/sources.list"));
        Path more = Path.of("/etc/apt/sources.list.d");
        if (Files.isDirectory(more)) {
            try (Stream<Path> listed = Files.list(more)) {
                listed.sorted().forEach(files::add);
            }
        }
        var mirrors = new ArrayList<String>();
        for (Path file : files) {
            if (Files.isReadable(file)) {
                try (Stream<String> lines = Files.lines(file)) {
                    lines.filter(line -> !line.strip().startsWith("#")).map(MIRROR::matcher)
                            .flatMap(Matcher::results).map(match -> match.group().replaceFirst("/*$", "/"))
                            .forEach(mirrors::add);
                }
            }
        }
        return mirrors.stream().distinct().filter(uri -> uri.contains("debian") && !uri.contains("security")).toList();
    }

    private static byte[] get(HttpClient http, String uri) throws IOException {
        try {
            var request = HttpRequest.newBuilder(URI.create(uri)).timeout(DOWNLOAD_TIMEOUT).build();
            var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static byte[] verified(byte[] content, String expectedSha256) throws IOException {
        try {
            String actual = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            if (!actual.equals(expectedSha256)) {
                throw new IOException("its SHA-256 is " + actual + ", not " + expectedSha256);
            }
            return content;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void makeExecutable(Path program) throws IOException {
        if (!Files.exists(program) || !program.toFile().setExecutable(true)) {
            throw new IOException("the archive contains no program");
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? "unreachable" : e.getMessage();
    }

    private static String system() {
        return System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            case String other -> other;
        };
    }
}
