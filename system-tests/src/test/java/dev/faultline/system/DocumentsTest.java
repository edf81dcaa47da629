package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** Links and references in documents are valid. */
class DocumentsTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    @Test
    void everyLinkedFileExists() throws IOException {
        for (Path document : documents()) {
            assertThat(matches(LINK, document)).as(document.toString()).allMatch(
                    link -> Files.exists(document.resolveSibling(link.group(1))), "links to an existing file");
        }
    }

    @Test
    void everyReferencedTestExists() throws IOException {
        Map<String, Path> tests = files(".java").stream().collect(
                Collectors.toMap(file -> file.getFileName().toString().replace(".java", ""), file -> file,
                        (one, other) -> one));
        for (Path document : documents()) {
            for (MatchResult named : matches(TEST, document)) {
                assertThat(tests).as(document.toString()).containsKey(named.group(1));
                if (named.group(2) != null) {
                    assertThat(tests.get(named.group(1))).as(document.toString()).content()
                            .contains("void " + named.group(2) + "(");
                }
            }
        }
    }

    private static List<MatchResult> matches(Pattern pattern, Path document) throws IOException {
        return pattern.matcher(Files.readString(document)).results().toList();
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = files(".md");
        assertThat(documents).hasSizeGreaterThan(10);
        return documents;
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(REPOSITORY)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> Stream.of("target", ".git", ".faultline", ".faultline-prove").noneMatch(
                            directory -> REPOSITORY.relativize(file).startsWith(directory)
                                    || file.toString().contains("/" + directory + "/")))
                    .toList();
        }
    }
}
