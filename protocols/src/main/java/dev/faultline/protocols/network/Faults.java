package dev.faultline.protocols.network;

import java.util.Set;

import dev.faultline.protocols.schedules.Schedule;

/**
 * The fault rates of a schedule. Each kind of fault is absent from many schedules and frequent in some, because some bugs only
 * show without the other faults.
 *
 * @param untilMs    when faults end
 * @param crash      the probability at each step of a node, like the other rates at each message
 * @param forGood    whether nodes that crash do not start again
 * @param partitions how many there are
 * @see <a href="https://doi.org/10.1145/2338965.2336763">Groce et al.: Swarm Testing, 2012</a>
 */
public record Faults(long untilMs, double crash, boolean forGood, double loss, double duplication, double delay,
        int partitions) {

    public static Faults none() {
        return new Faults(0, 0, false, 0, 0, 0, 0);
    }

    public static Faults draw(Schedule schedule, long untilMs, Set<Fault> possible) {
        boolean forGood = possible.contains(Fault.CRASH_FOR_GOOD);
        return new Faults(untilMs,
                possible.contains(Fault.CRASH) ? often(schedule, 0.04) : forGood ? often(schedule, 0.2) : 0, forGood,
                possible.contains(Fault.LOSS) ? often(schedule, 0.3) : 0,
                possible.contains(Fault.DUPLICATION) ? often(schedule, 0.3) : 0,
                possible.contains(Fault.DELAY) ? often(schedule, 0.3) : 0,
                possible.contains(Fault.PARTITION) ? Math.max(0, schedule.between(-2, 4)) : 0);
    }

    private static double often(Schedule schedule, double most) {
        return schedule.chance(0.4) ? 0 : most * schedule.below(1_000) / 1_000;
    }
}
