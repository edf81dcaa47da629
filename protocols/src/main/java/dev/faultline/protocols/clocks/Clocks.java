package dev.faultline.protocols.clocks;

import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;

import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;

/** Two to five processes that send each other messages, which are lost, late, repeated and out of order. */
public final class Clocks {
    private static final int STEPS = 8;
    private static final int END_MS = 2_000;

    private Clocks() {}

    public static Protocol protocol() {
        return new Protocol("clocks", "What happened before what, without a clock", List.of(
                Variant.holds("lamport", """
                        Lamport: if one event happened before another, its number is lower.""",
                        List.of("event", "received", "message lost", "message delayed", "message duplicated"),
                        schedule -> play(schedule, false, HappenedBefore::checkLamportClocks)),
                Variant.holds("vector", """
                        Vectors: one event happened before another if and only if its vector is lower.""",
                        List.of("event", "received", "message lost", "message delayed", "message duplicated"),
                        schedule -> play(schedule, false, HappenedBefore::checkVectorClocks)),
                Variant.control("deaf-lamport", """
                        Without the maximum at a receipt (IR2), an effect gets a lower number than its cause.""",
                        "clock condition", 100,
                        schedule -> play(schedule, true, HappenedBefore::checkLamportClocks)),
                Variant.control("deaf-vector", """
                        Without the merge at a receipt, a cause and its effect seem concurrent.""",
                        "causality", 100, schedule -> play(schedule, true, HappenedBefore::checkVectorClocks)),
                Variant.control("lower-number-as-cause",
                        """
                        Lamport's numbers do not tell what happened before: an event with a lower number may be concurrent.""",
                        "converse", 100,
                        schedule -> play(schedule, false, HappenedBefore::checkThatLowerNumbersAreCauses))),
                ClockedProcess.class, List.of(
                        Source.of("Lamport: Time, Clocks, and the Ordering of Events in a Distributed System, 1978",
                                "https://doi.org/10.1145/359545.359563"),
                        Source.of("Mattern: Virtual Time and Global States of Distributed Systems, 1989",
                                "https://www.vs.inf.ethz.ch/publ/papers/VirtTimeGlobStates.pdf")));
    }

    private static void play(Schedule schedule, boolean deaf, Consumer<HappenedBefore> check) {
        var network = new Network<Stamped, ClockedProcess.Timer>(schedule, Faults.draw(schedule, END_MS, EnumSet.of(
                Fault.LOSS, Fault.DUPLICATION, Fault.DELAY, Fault.PARTITION)));
        List<NodeId> processes = schedule.nodes("P", schedule.between(2, 6));
        var events = new HappenedBefore();
        processes.forEach(id -> network.runsReliably(id, host -> new ClockedProcess(host, processes, events, deaf,
                STEPS)));
        schedule.runUntil(END_MS);
        schedule.measure("pairs of events that are concurrent, in percent", events.percentConcurrent());
        check.accept(events);
    }
}
