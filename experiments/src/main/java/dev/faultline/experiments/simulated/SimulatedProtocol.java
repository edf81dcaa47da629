package dev.faultline.experiments.simulated;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.protocols.diagram.SpaceTimeDiagram;
import dev.faultline.protocols.schedules.Outcome;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Variant;

/** A classical protocol under thousands of seeded schedules, with its controls. The first failure of each control is drawn. */
public final class SimulatedProtocol implements Experiment {
    private static final long FIRST_SEED = 1;
    private static final long REPORT_EVERY_NS = Duration.ofSeconds(2).toNanos();

    private final Protocol protocol;

    public SimulatedProtocol(Protocol protocol) {
        this.protocol = protocol;
    }

    @Override
    public Description description() {
        return new Description(protocol.name(), protocol.idea(), protocol.hypothesis(), protocol.control(), protocol
                .sources()
                .stream().map(source -> new Source(source.title(), source.link().toString())).toList(), List.of(
                        "protocols/src/main/java/" + protocol.start().getName().replace('.', '/') + ".java",
                        "docs/protocols.md"), List.of(
                                "mvn -q -pl protocols compile, then java -cp protocols/target/classes dev.faultline.protocols.Play "
                                        + protocol.name() + " VARIANT SEED SVG draws any seed",
                                "Take another line away: the variants show where the protocol lets itself be weakened"));
    }

    @Override
    public void run(Lab lab) {
        protocol.variants().forEach(variant -> run(lab, variant));
    }

    private void run(Lab lab, Variant variant) {
        var reported = new AtomicLong(System.nanoTime());
        Outcome outcome = variant.run(FIRST_SEED, variant.schedules(), played -> {
            long before = reported.get();
            if (System.nanoTime() - before > REPORT_EVERY_NS && reported.compareAndSet(before, System.nanoTime())) {
                lab.step("%s: %,d of %,d schedules".formatted(variant.name(), played, variant.schedules()));
            }
        });
        lab.observe(variant.name(), "%,d schedules; %s".formatted(outcome.schedules(), outcome.violations().isEmpty()
                ? "nothing violated"
                : "violated: " + outcome.violations()));
        outcome.figures().forEach((what, values) -> lab.observe(variant.name() + ", " + what, values.toString()));
        if (variant.isControl()) {
            lab.control(variant.claim(), outcome.isAsExpected());
            outcome.first().stream().filter(failure -> failure.invariant().equals(variant.breaks())).findFirst()
                    .ifPresent(
                            failure -> lab.picture("Control " + variant.name() + ", seed " + failure.seed(), failure
                                    .what(),
                                    SpaceTimeDiagram.svg(variant.replay(failure.seed()))));
        } else {
            lab.observe(variant.name() + ", what happened", outcome.coverage().entrySet().stream().map(entry -> "%s %,d"
                    .formatted(entry.getKey(), entry.getValue())).collect(Collectors.joining(", ")));
            lab.claim(variant.claim(), outcome.isAsExpected());
        }
    }
}
