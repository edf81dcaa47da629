package dev.faultline.local;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.CacheDirectory;

/** The class path of a process that outlives this JVM, and runs while a build may replace this project's code. */
final class CodeCopy {
    private CodeCopy() {}

    /**
     * @param directory for the copies of this project's code; its content is replaced
     * @param own       a class of each of this project's modules, by the name of its copy
     * @param libraries a class of each library
     * @param more      further jars
     */
    static String classPath(Path directory, Map<String, Class<?>> own, List<Class<?>> libraries, Path... more)
            throws IOException {
        CacheDirectory.deleteTree(directory);
        var entries = new ArrayList<Path>();
        for (Map.Entry<String, Class<?>> module : own.entrySet()) {
            entries.add(copy(location(module.getValue()), directory.resolve(module.getKey())));
        }
        libraries.forEach(library -> entries.add(location(library)));
        entries.addAll(List.of(more));
        return entries.stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    /** @param code a jar, or a directory of classes */
    private static Path copy(Path code, Path into) throws IOException {
        Files.createDirectories(into);
        try (Stream<Path> files = Files.walk(code)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = into.resolve(file.equals(code) ? file.getFileName() : code.relativize(file));
                Files.createDirectories(Objects.requireNonNull(copy.getParent()));
                Files.copy(file, copy);
            }
        }
        return Files.isDirectory(code) ? into : into.resolve(code.getFileName());
    }

    private static Path location(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
