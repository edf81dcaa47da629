package dev.faultline.inventory.reservation;

import static dev.faultline.inventory.Commands.order;
import static dev.faultline.inventory.Commands.release;
import static dev.faultline.inventory.Commands.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.InventoryCommand.ReleaseStock;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.Reservation.Reserved;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds whatever comes, how often, in which order, and however it is cut into batches. */
class EveryInterleavingTest {
    private static final Map<Sku, Integer> RECEIVED = Map.of(new Sku("COFFEE"), 3, new Sku("TEA"), 2);

    /** A house that keeps what transactions write. */
    private static final class House {
        final Map<Sku, Integer> available;
        final Map<OrderId, Reservation> reservations = new HashMap<>();
        final List<CheckoutReply> replies = new ArrayList<>();

        House(Map<Sku, Integer> received) {
            available = new HashMap<>(received);
        }

        void handle(List<InventoryCommand> batch) {
            var allotting = new AllocatingStock(available, reservations.values());
            batch.forEach(command -> replies.add(allotting.decide(command)));
            allotting.taken().forEach((sku, taken) -> available.merge(sku, -taken, Integer::sum));
            allotting.made().forEach(made -> assertThat(reservations.put(made.orderId(), made)).isNull());
            allotting.released().forEach(released -> assertThat(reservations.put(released.orderId(), released))
                    .isInstanceOf(Reserved.class));
        }

        void hasAllThatWasReceived(Map<Sku, Integer> received) {
            var found = new HashMap<>(available);
            reservations.values().stream().filter(Reserved.class::isInstance).flatMap(r -> r.lines().stream())
                    .forEach((OrderLine line) -> found.merge(line.sku(), line.quantity(), Integer::sum));
            assertThat(found).isEqualTo(received);
            assertThat(available.values()).allSatisfy(there -> assertThat(there).isNotNegative());
        }
    }

    private static void eachSequence(List<InventoryCommand> alphabet, int length,
            Consumer<List<InventoryCommand>> claim) {
        for (int number = 0; number < Math.pow(alphabet.size(), length); number++) {
            var sequence = new ArrayList<InventoryCommand>();
            for (int i = 0, rest = number; i < length; i++, rest /= alphabet.size()) {
                sequence.add(alphabet.get(rest % alphabet.size()));
            }
            claim.accept(sequence);
        }
    }

    @Test
    void everySequenceOfSixCommandsOfTwoOrdersKeepsAllGoods() {
        var alphabet = List.<InventoryCommand>of(reserve(order(1), "COFFEE 2", "TEA 2"),
                release(order(1), "COFFEE 2", "TEA 2"), reserve(order(2), "COFFEE 2"), release(order(2), "COFFEE 2"));
        eachSequence(alphabet, 6, sequence -> {
            var house = new House(RECEIVED);
            house.handle(sequence);
            house.hasAllThatWasReceived(RECEIVED);
            repliesAreConsistent(sequence, house.replies);
            var oneByOne = new House(RECEIVED);
            sequence.forEach(command -> oneByOne.handle(List.of(command)));
            assertThat(oneByOne.replies).as("one by one: %s", sequence).isEqualTo(house.replies);
            assertThat(oneByOne.available).isEqualTo(house.available);
            assertThat(oneByOne.reservations).isEqualTo(house.reservations);
        });
    }

    /** Each order: reservations are answered alike until the first release, and never as reserved after it. */
    private static void repliesAreConsistent(List<InventoryCommand> commands, List<CheckoutReply> replies) {
        for (OrderId order : List.of(order(1), order(2))) {
            List<Integer> mine = IntStream.range(0, commands.size())
                    .filter(i -> commands.get(i).orderId().equals(order)).boxed().toList();
            boolean released = false;
            CheckoutReply first = null;
            for (int i : mine) {
                CheckoutReply reply = replies.get(i);
                assertThat(reply.orderId()).isEqualTo(order);
                if (commands.get(i) instanceof ReleaseStock) {
                    released = true;
                    assertThat(reply).isEqualTo(new StockReleased(order));
                } else if (released) {
                    assertThat(reply).isNotEqualTo(new StockReserved(order));
                } else if (first == null) {
                    first = reply;
                } else {
                    assertThat(reply).isEqualTo(first);
                }
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20260101})
    void aLongHistoryInBatchesOfAnySizeKeepsAllGoods(long seed) {
        var random = new Random(seed);
        var received = new HashMap<Sku, Integer>();
        IntStream.range(0, 10).forEach(i -> received.put(new Sku("SKU-" + i), random.nextInt(400)));
        var house = new House(received);
        var inOneGo = new House(received);
        var all = new ArrayList<InventoryCommand>();
        while (all.size() < 5_000) {
            List<InventoryCommand> batch = IntStream.rangeClosed(0, random.nextInt(60))
                    .mapToObj(_ -> command(1 + random.nextInt(1_500), random)).toList();
            house.handle(batch);
            house.hasAllThatWasReceived(received);
            all.addAll(batch);
        }
        inOneGo.handle(all);
        assertThat(house.replies).isEqualTo(inOneGo.replies);
        assertThat(house.reservations).isEqualTo(inOneGo.reservations);
    }

    /** An order's lines follow from its number. */
    private static InventoryCommand command(int number, Random random) {
        var ofOrder = new Random(number);
        String[] lines = IntStream.range(0, 10).filter(_ -> ofOrder.nextInt(4) == 0)
                .mapToObj(i -> "SKU-" + i + " " + (1 + ofOrder.nextInt(3))).toArray(String[]::new);
        if (lines.length == 0) {
            lines = new String[]{"SKU-0 1"};
        }
        return random.nextInt(3) == 0 ? release(order(number), lines) : reserve(order(number), lines);
    }
}
