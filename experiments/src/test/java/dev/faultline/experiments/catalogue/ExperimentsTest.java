package dev.faultline.experiments.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Experiment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentsTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path IDEAS = REPOSITORY.resolve("docs/ideas");

    static Stream<Description> descriptions() {
        return Experiments.ALL.stream().map(Experiment::description);
    }

    @Test
    void eachHasANameOfItsOwn() {
        assertThat(descriptions().map(Description::name)).doesNotHaveDuplicates().allMatch(name -> name.matches(
                "[a-z0-9]+(-[a-z0-9]+)*") && Experiments.named(name).isPresent());
    }

    @ParameterizedTest
    @MethodSource("descriptions")
    void eachNamesItsSourcesAndCodeThatExists(Description description) {
        assertThat(description.code()).isNotEmpty().allMatch(path -> Files.exists(REPOSITORY.resolve(path)));
        assertThat(description.sources()).isNotEmpty().allMatch(source -> URI.create(source.url()).getScheme().equals(
                "https"));
        assertThat(description.variations()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("descriptions")
    void eachHasAPageThatSaysHowToRunIt(Description description) throws IOException {
        assertThat(Files.readString(IDEAS.resolve(description.name() + ".md"))).startsWith("# ").contains(
                "./faultline experiment run " + description.name());
    }

    @Test
    void everyPageIsOfAnExperiment() throws IOException {
        try (Stream<Path> pages = Files.list(IDEAS)) {
            assertThat(pages.map(page -> page.getFileName().toString()).filter(name -> !name.equals("README.md")))
                    .containsExactlyInAnyOrderElementsOf(descriptions().map(each -> each.name() + ".md").toList());
        }
    }

    /** Each row of the table of ideas links its experiments, or says in words why it has none. */
    @Test
    void everyIdeaHasItsExperimentOrAReason() throws IOException {
        List<String> rows = Files.readAllLines(IDEAS.resolve("README.md")).stream().filter(line -> line.startsWith(
                "| "))
                .skip(1).toList();
        assertThat(rows).hasSizeGreaterThan(30).allMatch(row -> row.matches(
                "\\| [^|]{5,} \\| (\\[[a-z0-9-]+]\\([a-z0-9-]+\\.md\\)(, )?)+ \\|.*") || row.matches(
                        "\\| [^|]{5,} \\| none: [^|]{20,} \\|"));
        String table = String.join("\n", rows);
        assertThat(descriptions()).allMatch(each -> table.contains("[%s](%s.md)".formatted(each.name(), each.name())));
    }
}
