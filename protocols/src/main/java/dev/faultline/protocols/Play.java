package dev.faultline.protocols;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import dev.faultline.protocols.diagram.SpaceTimeDiagram;
import dev.faultline.protocols.schedules.Outcome;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Replay;
import dev.faultline.protocols.schedules.Variant;

/** Runs protocols with nothing but a JDK, for those who have copied them. */
final class Play {
    private static final String USAGE = """
            Usage: Play                            list the protocols and their variants
                   Play PROTOCOL                   run all its variants
                   Play PROTOCOL VARIANT SEED SVG  play a seed again: print what happens, and draw it""";

    private Play() {}

    public static void main(String[] arguments) throws IOException {
        try {
            switch (arguments.length) {
                case 0 -> Protocols.ALL.forEach(Play::list);
                case 1 -> Protocols.named(arguments[0]).variants().forEach(Play::run);
                case 4 -> replay(Protocols.named(arguments[0]).variant(arguments[1]), Long.parseLong(arguments[2]), Path
                        .of(arguments[3]));
                default -> throw new IllegalArgumentException(USAGE);
            }
        } catch (NumberFormatException e) {
            System.err.println("The seed is a number. " + e.getMessage());
            System.exit(2);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static void list(Protocol protocol) {
        System.out.printf("%s: %s%n", protocol.name(), protocol.idea());
        protocol.variants().forEach(variant -> System.out.printf("  %-22s %s%n", variant.name(), variant.claim()));
    }

    private static void run(Variant variant) {
        Outcome outcome = variant.run(1, variant.schedules(), _ -> {});
        System.out.printf(Locale.ROOT, "%s: %s%n  %,d schedules from seed 1, %s%n", variant.name(), variant.claim(),
                outcome.schedules(), outcome.violations().isEmpty() ? "nothing violated" : "violated " + outcome
                        .violations());
        outcome.first().forEach(failure -> System.out.printf("  seed %d: %s%n", failure.seed(), failure.what()));
        outcome.figures().forEach((what, values) -> System.out.printf("  %s: %s%n", what, values));
        System.out.printf("  %s%n  %s%n%n", outcome.coverage(), outcome.isAsExpected() ? "as expected"
                : "NOT EXPECTED");
    }

    private static void replay(Variant variant, long seed, Path svg) throws IOException {
        Replay replay = variant.replay(seed);
        System.out.println(replay.text());
        Files.writeString(svg, SpaceTimeDiagram.svg(replay));
    }
}
