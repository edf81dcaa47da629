package dev.faultline.verification.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured while orders came at one rate.
 *
 * @param percent of the highest rate
 * @param figures with the latencies of the load
 */
public record Measurement(int percent, Trial load, Figures figures) {

    static Measurement of(int percent, Trial load, Map<Group, Map<String, Double>> others) {
        var latencies = new LinkedHashMap<String, Double>();
        latencies.put("p50", load.p50Ms());
        latencies.put("p90", load.p90Ms());
        latencies.put("p99", load.p99Ms());
        latencies.put("max", load.maxMs());
        var figures = new TreeMap<>(others);
        figures.put(Group.LATENCY, latencies);
        return new Measurement(percent, load, new Figures(figures));
    }
}
