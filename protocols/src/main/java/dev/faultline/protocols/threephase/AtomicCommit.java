package dev.faultline.protocols.threephase;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;
import dev.faultline.protocols.threephase.Message.Decision;
import dev.faultline.protocols.threephase.Participant.Disk;

/** One transaction of a coordinator and two to four participants, each of which may vote no. */
public final class AtomicCommit {
    /** Longer than the terminations of four participants, one after the other. */
    private static final int DECIDED_AFTER_MS = 1_000;

    private final Schedule schedule;
    private final Network<Message, Timer> network;
    private final NodeId coordinator;
    private final List<NodeId> participants;
    private final Map<NodeId, Disk> disks = new LinkedHashMap<>();
    private final Map<NodeId, Long> inDoubtSince = new TreeMap<>();
    private final Agreement<Decision> agreement;

    private AtomicCommit(Schedule schedule, Faults faults) {
        this.schedule = schedule;
        this.network = new Network<>(schedule, faults);
        this.coordinator = schedule.nodes("C", 1).getFirst();
        this.participants = schedule.nodes("P", schedule.between(2, 5));
        participants.forEach(id -> disks.put(id, new Disk(schedule.chance(0.9))));
        boolean allVoteYes = disks.values().stream().allMatch(disk -> disk.votesYes);
        this.agreement = new Agreement<>(decision -> decision == Decision.ABORT || allVoteYes);
        network.afterEachStep(this::measureDoubt);
    }

    public static Protocol protocol() {
        return new Protocol("three-phase-commit", "All commit or none does, and nobody waits for the dead", List.of(
                Variant.holds("three-phase", """
                        Whoever crashes for good, and with however many of its messages sent: as long as messages arrive in \
                        time, every participant that is left decides within a second, none against another, and for commit only \
                        if all voted yes.""",
                        List.of("commits", "aborts", "takes over", "crash"), AtomicCommit::playThreePhase),
                Variant.holds("two-phase",
                        """
                        Two-phase commit agrees under every fault, and ends when the faults do and the coordinator is back.""",
                        List.of("commits", "aborts", "is in doubt", "crash", "partition", "message lost",
                                "message delayed", "message duplicated"),
                        schedule -> playTwoPhase(schedule, Fault.RECOVERABLE, 30_000)),
                Variant.control("two-phase-blocks",
                        """
                        With two phases, the participants that are left stay in doubt if the coordinator does not come back.""",
                        "non-blocking", 1_000,
                        schedule -> playTwoPhase(schedule, EnumSet.of(Fault.CRASH_FOR_GOOD), DECIDED_AFTER_MS)),
                Variant.control("partition", """
                        Under a partition three phases do not agree: each half takes the other for dead, and one commits what \
                        the other aborts.""",
                        "agreement", 1_000, AtomicCommit::playUnderPartitions)),
                ThreePhaseParticipant.class, List.of(
                        Source.of("Skeen: Nonblocking Commit Protocols, 1981",
                                "https://doi.org/10.1145/582318.582339"),
                        Source.of("Gray: Notes on Data Base Operating Systems, 1978",
                                "https://doi.org/10.1007/3-540-08755-9_9")));
    }

    private static void playThreePhase(Schedule schedule) {
        Faults faults = Faults.draw(schedule, DECIDED_AFTER_MS, Set.of(Fault.CRASH_FOR_GOOD));
        new AtomicCommit(schedule, faults).threePhase();
    }

    private static void playUnderPartitions(Schedule schedule) {
        Faults faults = Faults.draw(schedule, 100, Set.of(Fault.PARTITION));
        new AtomicCommit(schedule, faults).threePhase();
    }

    private void threePhase() {
        network.runs(coordinator, host -> new ThreePhaseCoordinator(host, participants, agreement));
        participants.forEach(id -> network.runs(id, host -> new ThreePhaseParticipant(host, participants, disk(id),
                agreement)));
        end(DECIDED_AFTER_MS);
    }

    private static void playTwoPhase(Schedule schedule, Set<Fault> faults, long decidedAfterMs) {
        var commit = new AtomicCommit(schedule, Faults.draw(schedule, 1_000, faults));
        commit.twoPhase();
        commit.end(decidedAfterMs);
    }

    private void twoPhase() {
        var disk = new TwoPhaseCoordinator.Disk();
        List<NodeId> everybody = Stream.concat(Stream.of(coordinator), participants.stream()).toList();
        network.runs(coordinator, host -> new TwoPhaseCoordinator(host, participants, disk, agreement));
        participants.forEach(id -> network.runs(id, host -> new TwoPhaseParticipant(host, everybody, disk(id),
                agreement)));
    }

    private Disk disk(NodeId id) {
        return Objects.requireNonNull(disks.get(id));
    }

    private void measureDoubt(NodeId id) {
        Disk disk = disks.get(id);
        if (disk != null && disk.isInDoubt()) {
            inDoubtSince.putIfAbsent(id, schedule.nowMs());
        } else {
            Long since = inDoubtSince.remove(id);
            if (since != null) {
                schedule.measure("ms in doubt", schedule.nowMs() - since);
            }
        }
    }

    /** Whoever is up must have decided. */
    private void end(long decidedAfterMs) {
        schedule.runUntil(decidedAfterMs);
        List<NodeId> blocked = participants.stream().filter(id -> network.isUp(id) && disk(id).isInDoubt()).toList();
        schedule.measure("participants left in doubt", blocked.size());
        Violation.unless(blocked.isEmpty(), "non-blocking", () -> "%s still in doubt after %,d ms".formatted(blocked,
                decidedAfterMs));
    }
}
