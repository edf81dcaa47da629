package dev.faultline.protocols.crdt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.faultline.protocols.crdt.Change.Add;
import dev.faultline.protocols.crdt.Change.Decrement;
import dev.faultline.protocols.crdt.Change.Increment;
import dev.faultline.protocols.crdt.Change.Remove;
import dev.faultline.protocols.crdt.ObservedRemoveSet.Tagged;
import dev.faultline.protocols.crdt.Replica.Gossip;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;

/** Two to four replicas, each with a user, under every fault; then gossip goes on without faults, and all must be equal and right. */
public final class Crdts {
    private static final int CHANGES = 5;
    private static final int FAULTS_END_AFTER_MS = 1_000;
    private static final int END_MS = 6_000;
    private static final List<String> FAULTS = List.of("merges", "crash", "partition", "message lost",
            "message delayed", "message duplicated");

    private Crdts() {}

    public static Protocol protocol() {
        return new Protocol("crdt", "Data that replicas change without asking anybody", List.of(
                Variant.holds("counter",
                        """
                        A PN-counter comes to increments minus decrements at every replica, whatever was lost, repeated or late.""",
                        needs("Increment", "Decrement"),
                        schedule -> play(schedule, Counter.ZERO, Crdts::count, (counter,
                                change) -> change instanceof Increment ? counter.increment(change.replica()) : counter
                                        .decrement(change.replica()),
                                Counter::value, Specification::counter)),
                Variant.holds("set",
                        """
                        An OR-set has the same elements at every replica: those with an addition that no removal has seen.""",
                        needs("Add", "Remove"),
                        schedule -> play(schedule, ObservedRemoveSet.EMPTY, Crdts::toggle, (set,
                                change) -> switch (change) {
                                    case Add(NodeId replica, int number, String element) -> set.add(new Tagged(element,
                                            replica,
                                            number));
                                    case Remove(_, _, String element) -> set.remove(element);
                                    case Increment _,Decrement _ -> set;
                                }, ObservedRemoveSet::elements, Specification::set)),
                Variant.control("total-only", """
                        A counter that adds what it is told counts again what it had.""",
                        "specification", 100,
                        schedule -> play(schedule, new TotalOnly(0), Crdts::count, (total, change) -> new TotalOnly(
                                total
                                        .value() + (change instanceof Increment ? 1 : -1)), TotalOnly::value,
                                Specification::counter)),
                Variant.control("without-tags", """
                        A set without tags loses an addition after, or beside, a removal.""",
                        "specification", 100,
                        schedule -> play(schedule, TwoPhaseSet.EMPTY, Crdts::toggle, (set, change) -> switch (change) {
                            case Add(_, _, String element) -> set.add(element);
                            case Remove(_, _, String element) -> set.remove(element);
                            case Increment _,Decrement _ -> set;
                        }, TwoPhaseSet::elements, Specification::set))),
                ObservedRemoveSet.class, List.of(
                        Source.of("Shapiro, Preguiça, Baquero, Zawirski: Conflict-free Replicated Data Types, 2011",
                                "https://doi.org/10.1007/978-3-642-24550-3_29"),
                        Source.of("Burckhardt, Gotsman, Yang, Zawirski: Replicated Data Types, 2014",
                                "https://doi.org/10.1145/2535838.2535848")));
    }

    private static List<String> needs(String... changes) {
        return Stream.concat(Stream.of(changes), FAULTS.stream()).toList();
    }

    /** What a user does next. */
    @FunctionalInterface
    private interface User {
        Change next(Schedule schedule, NodeId replica, int number);
    }

    private static Change count(Schedule schedule, NodeId replica, int number) {
        return schedule.chance(0.6) ? new Increment(replica, number) : new Decrement(replica, number);
    }

    private static Change toggle(Schedule schedule, NodeId replica, int number) {
        String element = schedule.oneOf(List.of("a", "b"));
        return schedule.chance(0.6) ? new Add(replica, number, element) : new Remove(replica, number, element);
    }

    private static <S extends Crdt<S>, V> void play(Schedule schedule, S empty, User user,
            BiFunction<S, Change, S> apply, Function<S, V> value, Function<Specification, V> expected) {
        var network = new Network<Gossip<S>, Replica.Timer>(schedule, Faults.draw(schedule, FAULTS_END_AFTER_MS,
                Fault.RECOVERABLE));
        var specification = new Specification();
        Map<NodeId, Replica.Disk<S>> disks = new LinkedHashMap<>();
        List<NodeId> replicas = schedule.nodes("R", schedule.between(2, 5));
        replicas.forEach(id -> {
            var disk = new Replica.Disk<S>(empty);
            disks.put(id, disk);
            network.runs(id, host -> new Replica<>(host, replicas, disk, specification, CHANGES, number -> user.next(
                    schedule, id, number), apply));
        });
        schedule.runUntil(END_MS);
        V right = expected.apply(specification);
        disks.forEach((id, disk) -> Violation.unless(value.apply(disk.state).equals(right), "specification",
                () -> "%s has %s, not %s".formatted(id, disk.state, right)));
    }
}
