package dev.faultline.experiments.transactions;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;

/** The same reservation on two shards by both, while the coordinator of one order is killed halfway. */
public final class SagaAndTwoPhaseCommit implements Experiment {
    private static final int RATE = 200;
    private static final List<Integer> HOT_PERCENTS = List.of(0, 100);
    private static final Duration LENGTH = Duration.ofSeconds(2);

    @Override
    public Description description() {
        return new Description("saga-and-two-phase-commit", "Two-phase commit and a saga, side by side",
                "Both keep stock and answers right when a coordinator is killed halfway. Two-phase commit keeps the row locked until recovery decides, and hides the half; the saga locks nothing and shows the half.",
                "Two local commits, one after the other, whose coordinator is killed between them: the checker must find an order with one of its two products.",
                List.of(new Source("Gray, Notes on Data Base Operating Systems, 1978",
                        "https://doi.org/10.1007/3-540-08755-9_9"), new Source("Garcia-Molina, Salem, Sagas, 1987",
                                "https://doi.org/10.1145/38713.38742")),
                List.of("libs/sharding/src/main/java/dev/faultline/sharding/TwoPhaseCommit.java",
                        "experiments/src/main/java/dev/faultline/experiments/transactions/Saga.java",
                        "order-service/src/main/java/dev/faultline/order/checkout/Checkout.java"),
                List.of("./faultline compare transactions --rates 100,1000 --hot 0,50,100"));
    }

    @Override
    public void run(Lab lab) {
        TransactionsResult result = TransactionsComparison.run(lab.directory(), new TransactionsComparison.Plan(List.of(
                RATE), HOT_PERCENTS, LENGTH, ThreadLocalRandom.current().nextInt(1_000_000)), lab.progress());
        result.runs().forEach(run -> lab.observe("%s, %d/s, %d %% want the same product".formatted(run.protocol(), run
                .rate(), run.hotPercent()), "%.0f/s answered, p99 %s ms, row locked p50 %s ms".formatted(run
                        .perSecond(), Spread.text(run.latency().p99()), Spread.text(run.locked().p50()))));
        result.kills().forEach(kill -> {
            lab.observe(kill.protocol() + ", coordinator killed halfway", "row locked for %.1f s, half seen for %.1f s"
                    .formatted(kill.lockedUntilMs() / 1e3, kill.seenHalfMs() / 1e3));
            lab.picture(kill.protocol() + ": buyers around the kill",
                    "A line is a buyer of the unit that the killed coordinator's order wants, from due to the end: green got it, violet was told that it is sold out, red was not answered.",
                    KillChart.svg(kill, result.kills()));
        });
        lab.claim(
                "every unit is in stock or held by an order, every answer is true, and every order has both products or none",
                result.violations().isEmpty());
        TransactionsResult.Kill twoPhase = result.kills().get(0);
        TransactionsResult.Kill saga = result.kills().get(1);
        lab.claim("two-phase commit kept the row locked until recovery, and showed no half", twoPhase
                .lockedUntilMs() > 0 && twoPhase.seenHalfMs() == 0);
        lab.claim("the saga locked nothing, and showed its half", saga.lockedUntilMs() == 0 && saga.seenHalfMs() > 0);
        lab.control("without a protocol, the checker found %d violations".formatted(result.control().size()), !result
                .control().isEmpty());
    }
}
