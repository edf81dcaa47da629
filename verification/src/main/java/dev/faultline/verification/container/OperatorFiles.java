package dev.faultline.verification.container;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.PostgresTls;
import dev.faultline.backing.TlsIdentity;
import dev.faultline.backing.TlsTrust;

/**
 * What the operator of a secured platform proves its identity with: copies in a directory that only this user can enter, and
 * that is deleted when the JVM ends, after its shutdown hooks, which may heal faults. Of a platform whose nodes believe
 * everybody there is none.
 */
final class OperatorFiles {
    private final Optional<Path> directory;

    private OperatorFiles(Optional<Path> directory) {
        this.directory = directory;
    }

    /** Throws {@link FaultlineException} if a secured platform has no such files. */
    static OperatorFiles of(Platform platform) {
        try {
            Path directory = Files.createTempDirectory("faultline-operator-");
            try {
                return new OperatorFiles(platform.copyOperatorFiles(directory) ? Optional.of(directory) : Optional
                        .empty());
            } finally {
                deleteAtExit(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last that is registered is deleted first, so a directory is empty when it is its turn. */
    private static void deleteAtExit(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.map(Path::toFile).forEach(File::deleteOnExit);
        }
    }

    boolean exist() {
        return directory.isPresent();
    }

    Optional<SSLContext> tls() {
        return directory.map(files -> TlsTrust.context(TlsIdentity.in(files, "node")));
    }

    /** Empty if none is needed. */
    String consulToken() {
        return directory.map(files -> read(files.resolve("consul-token")).strip()).orElse("");
    }

    /** The client's properties, besides the address. */
    Map<String, String> kafka() {
        var properties = new Properties();
        directory.ifPresent(files -> {
            try {
                properties.load(new StringReader(read(files.resolve("kafka.properties"))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            // Not where it is in containers.
            properties.setProperty("ssl.truststore.location", TlsIdentity.in(files, "node").authority().toString());
        });
        return properties.stringPropertyNames().stream().collect(Collectors.toMap(name -> name,
                properties::getProperty));
    }

    /** As in the query of a JDBC URL. */
    Optional<String> jdbcParameters(String role) {
        return directory.map(files -> PostgresTls.jdbcParameters(TlsIdentity.in(files, role)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new FaultlineException("Cannot read " + file + ", a file of the operator: " + e.getMessage(), e);
        }
    }
}
