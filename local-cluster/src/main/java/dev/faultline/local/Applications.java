package dev.faultline.local;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Progress;

/**
 * The builds of the services in the cluster's home. Services do not run from the build directory, because replacing a jar
 * breaks the JVM that runs from it.
 */
final class Applications {
    private final Path repository;
    private final CacheDirectory installed;
    private final Path directory;
    private final Progress progress;

    /**
     * @param repository the directory in which the modules were built
     * @param directory  where the builds are unpacked
     */
    Applications(Path repository, Path directory, Progress progress) {
        this.repository = repository;
        this.directory = directory;
        this.installed = new CacheDirectory(directory);
        this.progress = progress;
    }

    /** Returns the current build of a service; unpacks it if it is new. */
    Application install(String name) {
        Path jar = repository.resolve(name).resolve("target").resolve(name + ".jar");
        if (!Files.isRegularFile(jar)) {
            throw new FaultlineException(name + " is not built: " + jar
                    + " does not exist. Build it with: mvn -DskipTests package");
        }
        try {
            return new Application(name, installed.get(name + "-" + key(jar), unpacked -> extract(jar, unpacked)));
        } catch (IOException e) {
            throw new FaultlineException("Cannot unpack " + jar + " into " + directory + ": " + e.getMessage(), e);
        }
    }

    /** A hash of the names and checksums of all entries. */
    private static String key(Path jar) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            var digest = MessageDigest.getInstance("SHA-256");
            for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
                digest.update((entry.getName() + entry.getCrc() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void extract(Path jar, Path into) throws IOException {
        Path log = into.resolve("extract.log");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var extraction = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djarmode=tools",
                "-jar",
                jar.toString(), "extract", "--force", "--destination", into.toString());
        if (!run(extraction, log, Duration.ofMinutes(1))) {
            throw new IOException(Files.readString(log));
        }
        Files.delete(log);
    }

    /** Deletes the other builds, but for those from which a process runs: clusters may share the directory. */
    void deleteAllExcept(Collection<Application> kept) {
        List<Path> directories = kept.stream().map(Application::directory).toList();
        try (Stream<Path> present = Files.list(directory)) {
            for (Path old : present.filter(path -> !directories.contains(path)).toList()) {
                if (!isInUse(old)) {
                    CacheDirectory.deleteTree(old);
                }
            }
        } catch (IOException e) {
            progress.report("apps", "cannot delete old builds: " + e.getMessage());
        }
    }

    /** Whether the command line of a process of this user names something in the directory. */
    static boolean isInUse(Path directory) {
        String files = directory + File.separator;
        return ProcessHandle.allProcesses().anyMatch(process -> process.info().commandLine().orElse("").contains(
                files));
    }

    private static boolean run(ProcessBuilder builder, Path log, Duration atMost) throws IOException {
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }
}
