package dev.faultline.backing;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.tukaani.xz.XZInputStream;

/** The PostgreSQL binaries from the archive on the class path, unpacked once per machine and version. */
final class PostgresBinaries {
    private static final Pattern JAR_NAME = Pattern.compile("/([^/]+)\\.jar!");

    private PostgresBinaries() {}

    /** The directory with {@code bin/postgres} and {@code bin/initdb}. */
    static Path unpacked(CacheDirectory cache) {
        URL archive = archive();
        try {
            return cache.get(entryOf(archive), directory -> unpack(archive, directory));
        } catch (IOException e) {
            throw new FaultlineException("Cannot unpack PostgreSQL into " + cache.directory() + ": " + e.getMessage()
                    + ". Free disk space or make it writable, or set XDG_CACHE_HOME to another directory.", e);
        }
    }

    private static URL archive() {
        URL archive = PostgresBinaries.class.getResource("/postgres-" + system() + "-" + architecture() + ".txz");
        if (archive == null) {
            throw new FaultlineException("The class path has no PostgreSQL binaries for this machine (" + system()
                    + ", "
                    + architecture() + "). Linux and macOS are supported, on x86_64 and arm64.");
        }
        return archive;
    }

    /** The jar with the archive. */
    static Path jar() {
        try {
            return Path.of(((JarURLConnection) archive().openConnection()).getJarFileURL().toURI());
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void unpack(URL archive, Path directory) throws IOException {
        try (InputStream in = new XZInputStream(archive.openStream())) {
            ExternalProgram.Outcome tar = ExternalProgram.run(List.of("tar", "-x", "-f", "-", "-C", directory
                    .toString()), in);
            if (!tar.succeeded()) {
                throw new IOException("tar failed: " + tar.output());
            }
        }
    }

    /** The jar's name, which includes version and architecture. */
    private static String entryOf(URL archive) {
        Matcher jar = JAR_NAME.matcher(archive.toString());
        if (!jar.find()) {
            throw new IllegalStateException("not in a jar: " + archive);
        }
        return jar.group(1);
    }

    private static String system() {
        return System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            case String other -> other;
        };
    }
}
