package dev.faultline.protocols.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Outcome;
import dev.faultline.protocols.schedules.Replay;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.TraceEvent;
import dev.faultline.protocols.schedules.Variant;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static final Faults ONLY_CRASHES = new Faults(1_000, 0.5, false, 0, 0, 0, 0);
    private static final Faults ONLY_CRASHES_FOR_GOOD = new Faults(1_000, 0.5, true, 0, 0, 0, 0);

    /** Counts what it receives, in its memory and on its disk, and sends a number to everyone now and then. */
    private static final class Counting implements Node<Integer, String> {
        private final Host<Integer, String> host;
        private final List<NodeId> all;
        private final int[] disk;
        private int memory;

        Counting(Host<Integer, String> host, List<NodeId> all, int[] disk) {
            this.host = host;
            this.all = all;
            this.disk = disk;
        }

        @Override
        public void onStart() {
            assertThat(memory).isZero();
            host.setTimer("send", 50);
        }

        @Override
        public void onMessage(NodeId from, Integer message) {
            memory++;
            disk[0]++;
            assertThat(memory).isLessThanOrEqualTo(disk[0]);
        }

        @Override
        public void onTimer(String timer) {
            host.broadcast(all, memory);
            host.setTimer("send", 50);
        }
    }

    private static Replay play(Consumer<Schedule> scenario) {
        return Variant.holds("test", "", List.of(), scenario::accept).replay(1);
    }

    private static List<int[]> run(Schedule schedule, Network<Integer, String> network, int count) {
        List<NodeId> all = schedule.nodes("N", count);
        var disks = new ArrayList<int[]>();
        all.forEach(id -> {
            int[] disk = new int[1];
            disks.add(disk);
            network.runs(id, host -> new Counting(host, all, disk));
        });
        return disks;
    }

    @Test
    void aCrashLosesMemoryAndKeepsTheDisk() {
        Replay replay = play(schedule -> {
            List<int[]> disks = run(schedule, new Network<>(schedule, ONLY_CRASHES), 3);
            schedule.runUntil(3_000);
            assertThat(disks).allMatch(disk -> disk[0] > 20);
        });
        assertThat(replay.trace().events()).hasAtLeastOneElementOfType(TraceEvent.Crashed.class)
                .hasAtLeastOneElementOfType(TraceEvent.Restarted.class);
    }

    @Test
    void aNodeThatCrashedForGoodStaysDownAndOneIsLeft() {
        Replay replay = play(schedule -> {
            var network = new Network<Integer, String>(schedule, ONLY_CRASHES_FOR_GOOD);
            run(schedule, network, 3);
            schedule.runUntil(3_000);
        });
        assertThat(replay.trace().events()).filteredOn(TraceEvent.Crashed.class::isInstance).hasSize(2);
        assertThat(replay.trace().events()).doesNotHaveAnyElementsOfTypes(TraceEvent.Restarted.class);
    }

    @Test
    void nothingPassesBetweenTheHalvesOfAPartition() {
        Replay replay = play(schedule -> {
            var network = new Network<Integer, String>(schedule, Faults.none());
            run(schedule, network, 4);
            List<NodeId> half = List.of(new NodeId(0, "N1"), new NodeId(1, "N2"));
            schedule.after(0, () -> network.partition(half, 500));
            schedule.runUntil(1_000);
        });
        assertThat(replay.trace().events()).filteredOn(event -> event.atMs() < 500).filteredOn(
                TraceEvent.Arrived.class::isInstance).isNotEmpty().allMatch(event -> ((TraceEvent.Arrived) event).sent()
                        .from().number() < 2 == ((TraceEvent.Arrived) event).sent().to().number() < 2);
        assertThat(replay.trace().events()).filteredOn(event -> event.atMs() > 500).filteredOn(
                TraceEvent.Arrived.class::isInstance).anyMatch(event -> ((TraceEvent.Arrived) event).sent().from()
                        .number() < 2 != ((TraceEvent.Arrived) event).sent().to().number() < 2);
    }

    @Test
    void withoutFaultsEverythingArrivesOnceAndSoon() {
        Replay replay = play(schedule -> {
            run(schedule, new Network<>(schedule, Faults.none()), 3);
            schedule.runUntil(1_000);
        });
        List<TraceEvent.Arrived> arrived = replay.trace().events().stream().filter(TraceEvent.Arrived.class::isInstance)
                .map(TraceEvent.Arrived.class::cast).toList();
        assertThat(arrived).isNotEmpty().allMatch(each -> each.atMs() - each.sent().atMs() <= Network.USUAL_DELAY_MS);
        assertThat(arrived.stream().map(each -> each.sent().message())).doesNotHaveDuplicates();
        assertThat(replay.trace().events()).doesNotHaveAnyElementsOfTypes(TraceEvent.Lost.class);
    }

    @Test
    void everyKindOfFaultIsAbsentFromSomeSchedulesAndPresentInOthers() {
        Variant variant = Variant.holds("test", "", List.of(), schedule -> {
            Faults faults = Faults.draw(schedule, 1_000, Fault.RECOVERABLE);
            schedule.count("crash " + (faults.crash() > 0));
            schedule.count("loss " + (faults.loss() > 0));
            schedule.count("duplication " + (faults.duplication() > 0));
            schedule.count("delay " + (faults.delay() > 0));
            schedule.count("partition " + (faults.partitions() > 0));
            assertThat(faults.forGood()).isFalse();
        });
        Outcome outcome = variant.run(1, 1_000, _ -> {});
        assertThat(outcome.coverage()).hasSize(10).allSatisfy((_, count) -> assertThat(count).isGreaterThan(200));
    }

    @Test
    void onlyPossibleFaultsAreDrawn() {
        Variant.holds("test", "", List.of(), schedule -> assertThat(Faults.draw(schedule, 1_000, Set.of())).isEqualTo(
                new Faults(1_000, 0, false, 0, 0, 0, 0))).run(1, 100, _ -> {});
    }

    @Test
    void nodesRunInTheOrderInWhichTheyWereNamed() {
        play(schedule -> {
            var network = new Network<Integer, String>(schedule, Faults.none());
            List<NodeId> all = schedule.nodes("N", 2);
            assertThatThrownBy(() -> network.runs(all.getLast(), host -> new Counting(host, all, new int[1])))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("N2 must run in the order");
        });
    }
}
