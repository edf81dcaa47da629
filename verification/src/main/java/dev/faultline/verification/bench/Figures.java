package dev.faultline.verification.bench;

import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/** Figures by group and name, in the order of a table. A figure that has not been measured is absent. */
public record Figures(@JsonValue Map<Group, Map<String, Double>> byGroup) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Figures {
        byGroup = Collections.unmodifiableMap(new TreeMap<>(byGroup));
    }

    /** The figures of a group; empty if it has not been measured. */
    public Map<String, Double> of(Group group) {
        return byGroup.getOrDefault(group, Map.of());
    }

    public String text(Group group, String name) {
        return text(of(group).get(name));
    }

    /** With three digits, or all before the decimal point; a dash for a figure that has not been measured. */
    static String text(@Nullable Double figure) {
        if (figure == null) {
            return "-";
        }
        double size = Math.abs(figure);
        return (size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f").formatted(figure);
    }

    /** Each figure divided by that of others, unless that is zero or absent. */
    public Figures dividedBy(Figures others) {
        var ratios = new TreeMap<Group, Map<String, Double>>();
        byGroup.forEach((group, figures) -> figures.forEach((name, figure) -> {
            double other = others.of(group).getOrDefault(name, 0.0);
            if (other > 0) {
                ratios.computeIfAbsent(group, _ -> new LinkedHashMap<>()).put(name, figure / other);
            }
        }));
        return new Figures(ratios);
    }

    /** One figure from those of the same name, for example their mean. */
    public static Figures combined(List<Figures> all, ToDoubleFunction<DoubleSummaryStatistics> by) {
        var combined = new TreeMap<Group, Map<String, Double>>();
        for (Group group : Group.values()) {
            for (String name : names(all, group)) {
                var statistics = new DoubleSummaryStatistics();
                for (Figures figures : all) {
                    Double figure = figures.of(group).get(name);
                    if (figure != null) {
                        statistics.accept(figure);
                    }
                }
                combined.computeIfAbsent(group, _ -> new LinkedHashMap<>()).put(name, by.applyAsDouble(statistics));
            }
        }
        return new Figures(combined);
    }

    /** The names that a table of all of these has in a group. */
    public static Set<String> names(List<Figures> all, Group group) {
        var names = new LinkedHashSet<String>();
        all.forEach(figures -> names.addAll(figures.of(group).keySet()));
        return names;
    }
}
