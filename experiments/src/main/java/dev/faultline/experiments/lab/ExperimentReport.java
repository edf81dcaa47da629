package dev.faultline.experiments.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Findings.Check;
import dev.faultline.verification.report.Report;

/** Results as HTML pages, one for each experiment and an index, and as JSON. */
public final class ExperimentReport {
    private final Path directory;

    /** @param directory of the pages; links to code work if it is in the repository */
    public ExperimentReport(Path directory) {
        this.directory = directory;
    }

    /** @return the page, which replaces the one of an earlier run */
    public Path write(ExperimentResult result) {
        Description description = result.description();
        return Report.write(directory, description.name(), description.title(), page(result), result);
    }

    /** @return the page that lists the verdicts and links to the pages of {@link #write} */
    public Path writeIndex(List<ExperimentResult> results) {
        return Report.write(directory, "index", "experiments", """
                <h1>Experiments <small>%d of %d held, %.0f s in all</small></h1>
                <table><tr><th>experiment<th>idea<th>verdict<th class=n>claims that held<th class=n>controls that went wrong<th class=n>seconds</tr>
                %s</table>
                """.formatted(results.stream().filter(ExperimentResult::hasHeld).count(), results.size(), results
                .stream().mapToDouble(ExperimentResult::seconds).sum(), all(results, ExperimentReport::row)), results
                        .stream().map(Line::of).toList());
    }

    /** A result in the index. */
    private record Line(String name, boolean held, String sentence, double seconds) {
        static Line of(ExperimentResult result) {
            return new Line(result.description().name(), result.hasHeld(), result.sentence(), result.seconds());
        }
    }

    private static String row(ExperimentResult result) {
        Description description = result.description();
        return "<tr><td><a href='%s.html'>%s</a><td>%s<td class=%s>%s<td class=n>%s<td class=n>%s<td class=n>%.0f</tr>%n"
                .formatted(description.name(), description.name(), Report.escaped(description.title()), result.hasHeld()
                        ? "good"
                        : "bad", Report.escaped(result.word()), of(result.findings().claims()), of(result.findings()
                                .controls()), result.seconds());
    }

    private static String of(List<Check> checks) {
        return checks.stream().filter(Check::isTrue).count() + " of " + checks.size();
    }

    private String page(ExperimentResult result) {
        Description description = result.description();
        Findings findings = result.findings();
        return """
                <h1>%s <small>%s</small></h1>
                <p class=%s><b>%s.</b></p>
                <h2>What was expected</h2>
                <p>%s</p>
                <p>Control: %s</p>
                <h2>What happened</h2>
                <p>Run at %s on %d processors, in %.0f s.</p>
                <ul>%s%s</ul>
                <table>%s</table>
                %s
                <h2>What to read</h2>
                <ul>%s%s%s</ul>
                <h2>Try it differently</h2>
                <ul>%s</ul>
                <p><code>./faultline experiment run %s</code></p>
                """.formatted(Report.escaped(description.title()), description.name(), result.hasHeld() ? "good"
                : "bad",
                Report.escaped(result.sentence()), Report.escaped(description.hypothesis()), Report.escaped(description
                        .control()), result.began(), result.processors(), result.seconds(), all(findings.claims(),
                                check -> item(check, "held", "violated")), all(findings.controls(), check -> item(check,
                                        "control, went wrong", "control, did not go wrong")), all(findings
                                                .observations(), seen -> "<tr><td>%s<td class=n>%s</tr>".formatted(
                                                        Report.escaped(seen.what()), Report.escaped(seen.value()))),
                all(findings.pictures(), picture -> "<h3>%s</h3><p>%s</p>%s".formatted(Report.escaped(picture.title()),
                        Report.escaped(picture.caption()), picture.svg())), code("docs/ideas/" + description.name()
                                + ".md"), all(
                                        description.code(), this::code), all(
                                                description.sources(), ExperimentReport::source), all(description
                                                        .variations(),
                                                        variation -> "<li>" + Report.escaped(variation)), description
                                                                .name());
    }

    private static String item(Check check, String yes, String no) {
        return "<li><span class=%s>%s</span>: %s".formatted(check.isTrue() ? "good" : "bad", check.isTrue() ? yes : no,
                Report.escaped(check.sentence()));
    }

    private static String source(Source source) {
        return "<li><a href='%s'>%s</a>".formatted(source.url(), Report.escaped(source.title()));
    }

    /** A link, if the page is beside the code. */
    private String code(String path) {
        String name = "<code>" + path + "</code>";
        return "<li>" + (Files.exists(directory.resolveSibling(path)) ? "<a href='../%s'>%s</a>".formatted(path, name)
                : name);
    }

    private static <T> String all(List<T> items, Function<T, String> html) {
        return items.stream().map(html).collect(Collectors.joining());
    }
}
