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

/** Invariants under any sequence of commands, with duplicates and in any batches. */
class EveryInterleavingTest {
    private static final Map<Sku, Integer> RECEIVED = Map.of(new Sku("COFFEE"), 3, new Sku("TEA"), 2);

    /** Stores what transactions write. */
    private static final class Warehouse {
        final Map<Sku, Integer> available;
        final Map<OrderId, Reservation> reservations = new HashMap<>();
        final List<CheckoutReply> replies = new ArrayList<>();

        Warehouse(Map<Sku, Integer> received) {
            available = new HashMap<>(received);
        }

        void handle(List<InventoryCommand> batch) {
            var allocation = new AllocatingStock(available, reservations.values());
            batch.forEach(command -> replies.add(allocation.decide(command)));
            allocation.allocated().forEach((sku, taken) -> available.merge(sku, -taken, Integer::sum));
            allocation.created().forEach(made -> assertThat(reservations.put(made.orderId(), made)).isNull());
            allocation.released().forEach(released -> assertThat(reservations.put(released.orderId(), released))
                    .isInstanceOf(Reserved.class));
        }

        void assertConsistent(Map<Sku, Integer> received) {
            var found = new HashMap<>(available);
            reservations.values().stream().filter(Reserved.class::isInstance).flatMap(r -> r.lines().stream())
                    .forEach((OrderLine line) -> found.merge(line.sku(), line.quantity(), Integer::sum));
            assertThat(found).isEqualTo(received);
            assertThat(available.values()).allSatisfy(quantity -> assertThat(quantity).isNotNegative());
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
    void everySequenceOfSixCommandsOfTwoOrdersConservesStock() {
        var alphabet = List.<InventoryCommand>of(reserve(order(1), "COFFEE 2", "TEA 2"),
                release(order(1), "COFFEE 2", "TEA 2"), reserve(order(2), "COFFEE 2"), release(order(2), "COFFEE 2"));
        eachSequence(alphabet, 6, sequence -> {
            var warehouse = new Warehouse(RECEIVED);
            warehouse.handle(sequence);
            warehouse.assertConsistent(RECEIVED);
            repliesAreConsistent(sequence, warehouse.replies);
            var oneByOne = new Warehouse(RECEIVED);
            sequence.forEach(command -> oneByOne.handle(List.of(command)));
            assertThat(oneByOne.replies).as("one by one: %s", sequence).isEqualTo(warehouse.replies);
            assertThat(oneByOne.available).isEqualTo(warehouse.available);
            assertThat(oneByOne.reservations).isEqualTo(warehouse.reservations);
        });
    }

    /** Each order's reservations get the same reply until its first release, and never StockReserved after it. */
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
    void aLongHistoryInBatchesOfAnySizeConservesStock(long seed) {
        var random = new Random(seed);
        var received = new HashMap<Sku, Integer>();
        IntStream.range(0, 10).forEach(i -> received.put(new Sku("SKU-" + i), random.nextInt(400)));
        var warehouse = new Warehouse(received);
        var inOneGo = new Warehouse(received);
        var all = new ArrayList<InventoryCommand>();
        while (all.size() < 5_000) {
            List<InventoryCommand> batch = IntStream.rangeClosed(0, random.nextInt(60))
                    .mapToObj(_ -> command(1 + random.nextInt(1_500), random)).toList();
            warehouse.handle(batch);
            warehouse.assertConsistent(received);
            all.addAll(batch);
        }
        inOneGo.handle(all);
        assertThat(warehouse.replies).isEqualTo(inOneGo.replies);
        assertThat(warehouse.reservations).isEqualTo(inOneGo.reservations);
    }

    /** An order's lines are a function of its number. */
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
