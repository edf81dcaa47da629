package dev.faultline.experiments.transactions;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import dev.faultline.experiments.transactions.TransactionsResult.Kill;

/** What a killed coordinator blocks, as rows of a table: for the terminal and for the page. */
public record KillFigures(String name, List<String> values) {
    public KillFigures {
        values = List.copyOf(values);
    }

    /** @param kills the columns */
    public static List<KillFigures> of(List<Kill> kills) {
        var rows = new ArrayList<KillFigures>();
        add(rows, "its row stays locked", kills, kill -> kill.lockedUntilMs() == 0 ? "no" : seconds(kill
                .lockedUntilMs()));
        add(rows, "its order is completed after", kills, kill -> seconds(kill.recoveredAtMs()));
        add(rows, "a reader sees it half done for", kills, kill -> kill.seenHalfMs() == 0 ? "no time" : seconds(kill
                .seenHalfMs()));
        add(rows, "buyers of the same unit", kills, kill -> "" + kill.sameUnit().size());
        add(rows, "  answered before that", kills, kill -> "" + kill.answeredMeanwhile());
        add(rows, "  told sold out, yet it came back", kills, kill -> "" + kill.turnedAway());
        add(rows, "  not answered", kills, kill -> "" + kill.withoutAnswer());
        add(rows, "  waited at most", kills, kill -> seconds(kill.longestWaitMs()));
        add(rows, "buyers of other products", kills, kill -> "" + kill.others().size());
        add(rows, "  not answered", kills, kill -> "" + kill.othersWithoutAnswer());
        add(rows, "  waited for more than a second", kills, kill -> "" + kill.othersDelayed());
        add(rows, "  waited at most", kills, kill -> seconds(kill.longestWaitOfOthersMs()));
        add(rows, "waiting at the same time, at most", kills, kill -> "" + kill.mostWaiting());
        return rows;
    }

    private static void add(List<KillFigures> rows, String name, List<Kill> kills,
            Function<Kill, String> value) {
        rows.add(new KillFigures(name, kills.stream().map(value).toList()));
    }

    private static String seconds(double ms) {
        return ms < 1_000 ? "%.0f ms".formatted(ms) : "%.1f s".formatted(ms / 1e3);
    }
}
