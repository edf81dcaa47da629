package dev.faultline.verification.bench;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.faultline.verification.bench.ProcFs.Usage;

/** What the machine and every process of the platform have used until a moment. */
record ProcessSample(double machineMs, Map<Long, String> names, Map<Long, Usage> usages) {
    static final String COMPILERS = "JIT compilers";
    static final String OTHERS = "everything else";
    static final String MACHINE = "whole machine";

    /** Empty where there is no {@code /proc}. */
    static Optional<ProcessSample> take(ProcFs proc, PlatformProcesses processes) {
        if (!proc.isAvailable()) {
            return Optional.empty();
        }
        Map<Long, String> names = processes.find(proc);
        var usages = new HashMap<Long, Usage>();
        names.keySet().forEach(pid -> proc.usage(pid).ifPresent(usage -> usages.put(pid, usage)));
        return Optional.of(new ProcessSample(proc.machineBusyMs(), names, usages));
    }

    /** CPU milliseconds since an earlier sample, by process; without the compiler threads of JVMs, which are one entry. */
    Map<String, Double> cpuSince(ProcessSample before) {
        Map<String, Double> times = byName(before, usage -> usage.cpuMs() - usage.compilerMs());
        times.put(COMPILERS, byName(before, Usage::compilerMs).values().stream().mapToDouble(d -> d).sum());
        double machine = machineMs - before.machineMs;
        double known = times.values().stream().mapToDouble(d -> d).sum();
        times.put(OTHERS, Math.max(0, machine - known));
        times.put(MACHINE, machine);
        return times;
    }

    /** Context switches since an earlier sample, by process, and of all of them. */
    Map<String, Double> contextSwitchesSince(ProcessSample before) {
        Map<String, Double> switches = byName(before, Usage::contextSwitches);
        switches.put("all of these", switches.values().stream().mapToDouble(d -> d).sum());
        return switches;
    }

    /** A process that has begun since counts from zero; one that has ended is missing. */
    private Map<String, Double> byName(ProcessSample before, ToDoubleFunction<Usage> what) {
        var sums = new LinkedHashMap<String, Double>();
        PlatformProcesses.NAMES.forEach(name -> sums.put(name, 0.0));
        usages.forEach((pid, usage) -> {
            double earlier = what.applyAsDouble(before.usages.getOrDefault(pid, Usage.NONE));
            sums.merge(names.getOrDefault(pid, OTHERS), Math.max(0, what.applyAsDouble(usage) - earlier), Double::sum);
        });
        return sums;
    }
}
