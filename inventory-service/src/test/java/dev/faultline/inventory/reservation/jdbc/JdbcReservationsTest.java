package dev.faultline.inventory.reservation.jdbc;

import static dev.faultline.inventory.Commands.newOrder;
import static dev.faultline.inventory.Commands.release;
import static dev.faultline.inventory.Commands.reserve;
import static dev.faultline.inventory.Goods.ONE;
import static dev.faultline.inventory.Goods.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.Commands;
import dev.faultline.inventory.Goods;
import dev.faultline.inventory.OnTwoShards;
import dev.faultline.inventory.reservation.Reservation.Released;
import dev.faultline.inventory.reservation.jdbc.JdbcReservations.CommandResult;
import dev.faultline.inventory.stock.GoodsReceipt;
import dev.faultline.inventory.stock.ReceiptId;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;

@Tag("integration")
@OnTwoShards
class JdbcReservationsTest {
    private static final Outbox.Encoded NO_MESSAGES = new Outbox.Encoded(new String[0], new byte[0][]);

    @Autowired private JdbcReservations reservations;
    @Autowired private Shards shards;
    @Autowired private StockLevels levels;
    @Autowired private StockQueries queries;
    private Goods goods;

    @BeforeEach
    void goods() {
        goods = new Goods(shards, levels, queries);
    }

    private static ReceivedMessage<InventoryCommand> message(InventoryCommand command) {
        return new ReceivedMessage<>(UUID.randomUUID(), command, null, InventoryCommand.TOPIC, 0, 0, Instant.EPOCH);
    }

    private static List<ReceivedMessage<InventoryCommand>> messages(InventoryCommand... commands) {
        return Arrays.stream(commands).map(JdbcReservationsTest::message).toList();
    }

    private List<CheckoutReply> handle(InventoryCommand... commands) {
        return reservations.handle(messages(commands)).stream().map(CommandResult::reply).toList();
    }

    @Test
    void reservesOnAllShardsOrOnNone() {
        String coffee = goods.received(ONE, 5);
        String tea = goods.received(TWO, 1);
        OrderId first = newOrder();
        OrderId second = newOrder();

        assertThat(handle(reserve(first, coffee + " 2", tea + " 1"), reserve(second, coffee + " 1", tea + " 1")))
                .containsExactly(new StockReserved(first), new StockRejected(second, new Sku(tea), 1, 0));

        assertThat(goods.available(coffee)).isEqualTo(3);
        assertThat(goods.available(tea)).isZero();
        goods.assertConsistent(coffee, tea);
        assertThat(handle(release(first, coffee + " 2", tea + " 1"))).containsExactly(new StockReleased(first));
        assertThat(goods.available(coffee)).isEqualTo(5);
        assertThat(goods.available(tea)).isEqualTo(1);
        goods.assertConsistent(coffee, tea);
    }

    @Test
    void rollsBackEveryShardWhenOneOfThemFails() {
        String coffee = goods.received(ONE, 5);
        String tea = goods.received(TWO, 5);
        shards.transact(Bucket.of(tea), session -> session.jdbc()
                .sql("alter table reservation add constraint broken check (sku <> '" + tea + "')").update());
        try {
            OrderId order = newOrder();
            assertThatThrownBy(() -> handle(reserve(order, coffee + " 2", tea + " 2"))).hasMessageContaining("broken");
            assertThat(goods.available(coffee)).isEqualTo(5);
            goods.assertConsistent(coffee, tea);
        } finally {
            shards.transact(Bucket.of(tea), session -> session.jdbc()
                    .sql("alter table reservation drop constraint broken").update());
        }
    }

    @Test
    void aRedeliveredMessageHasNoEffectAndTheSameReply() {
        String coffee = goods.received(ONE, 5);
        String tea = goods.received(TWO, 5);
        var batch = messages(reserve(newOrder(), coffee + " 2"), reserve(newOrder(), coffee + " 1", tea + " 1"));

        List<CommandResult> first = reservations.handle(batch);
        assertThat(first).hasSize(2);
        assertThat(reservations.handle(batch)).isEqualTo(first);
        assertThat(reservations.handle(List.of(batch.getFirst(), batch.getFirst())))
                .isEqualTo(List.of(first.getFirst(), first.getFirst()));

        assertThat(goods.available(coffee)).isEqualTo(2);
        goods.assertConsistent(coffee, tea);
    }

    @Test
    void aMessageThatIsTwiceInABatchIsExecutedOnce() {
        String coffee = goods.received(ONE, 5);
        var message = message(reserve(newOrder(), coffee + " 2"));

        assertThat(reservations.handle(List.of(message, message))).hasSize(2);

        assertThat(goods.available(coffee)).isEqualTo(3);
    }

    @Test
    void aCommandRepeatedInANewMessageGetsTheFirstReply() {
        String coffee = goods.received(ONE, 5);
        String tea = goods.received(TWO, 5);
        OrderId reserved = newOrder();
        OrderId rejected = newOrder();
        InventoryCommand[] both = {reserve(reserved, coffee + " 5", tea + " 1"),
            reserve(rejected, tea + " 1", coffee + " 1")};
        List<CheckoutReply> answers = List.of(new StockReserved(reserved),
                new StockRejected(rejected, new Sku(coffee), 1, 0));

        assertThat(handle(both)).isEqualTo(answers);
        levels.receive(new GoodsReceipt(new ReceiptId("second"), new Sku(coffee), 100));
        assertThat(handle(both)).isEqualTo(answers);

        goods.assertConsistent(coffee, tea);
        assertThat(goods.available(coffee)).isEqualTo(100);
    }

    @Test
    void aReleaseThatArrivesBeforeItsReservationPreventsIt() {
        String coffee = goods.received(ONE, 5);
        String tea = goods.received(TWO, 5);
        OrderId order = newOrder();

        assertThat(handle(release(order, coffee + " 2", tea + " 2"))).containsExactly(new StockReleased(order));
        assertThat(handle(reserve(order, coffee + " 2", tea + " 2"))).containsExactly(new StockReleased(order));

        assertThat(goods.available(coffee)).isEqualTo(5);
        goods.assertConsistent(coffee, tea);
    }

    @Test
    void aRepeatedReleaseReturnsStockOnce() {
        String coffee = goods.received(ONE, 5);
        OrderId order = newOrder();
        handle(reserve(order, coffee + " 2"));

        assertThat(handle(release(order, coffee + " 2"))).containsExactly(new StockReleased(order));
        assertThat(handle(release(order, coffee + " 2"), release(order, coffee + " 2")))
                .containsExactly(new StockReleased(order), new StockReleased(order));

        assertThat(goods.available(coffee)).isEqualTo(5);
        goods.assertConsistent(coffee);
    }

    @Test
    void anInvalidCommandRollsBackItsBatch() {
        String coffee = goods.received(ONE, 5);

        assertThatThrownBy(() -> handle(reserve(newOrder(), coffee + " 1"),
                reserve(newOrder(), coffee + " 1", coffee + " 1"))).isInstanceOf(IllegalArgumentException.class);

        assertThat(goods.available(coffee)).isEqualTo(5);
        goods.assertConsistent(coffee);
    }

    @Test
    void ordersOnOneShardShareATransactionAndSoDoOrdersOnSeveral() {
        String coffee = goods.received(ONE, 100);
        String tea = goods.received(TWO, 100);
        var commands = new ArrayList<InventoryCommand>();
        for (int i = 0; i < 10; i++) {
            commands.add(reserve(newOrder(), coffee + " 1"));
            commands.add(reserve(newOrder(), tea + " 1"));
            commands.add(reserve(newOrder(), coffee + " 1", tea + " 1"));
        }

        assertThat(handle(commands.toArray(InventoryCommand[]::new))).hasSize(30);

        for (String sku : List.of(coffee, tea)) {
            int transactions = shards.read(Bucket.of(sku),
                    jdbc -> jdbc.sql("select count(distinct xmin::text) from reservation where sku = ?").param(sku)
                            .query(Integer.class).single());
            assertThat(transactions).isEqualTo(2);
        }
    }

    /** A SKU that was never received has no row to lock, so the primary key prevents a second decision. */
    @Test
    void anOrderOfAnUnknownSkuIsNotDecidedTwice() {
        String unknown = goods.unknown(ONE);
        List<ReservationRow> rows = ReservationRow.of(new Released(newOrder(), Commands.lines(unknown + " 1")))
                .toList();
        shards.transact(Bucket.of(unknown), session -> {
            new ReservationTables(session).write(List.of(), rows, List.of(), NO_MESSAGES);
            return rows;
        });

        assertThatExceptionOfType(DuplicateKeyException.class)
                .isThrownBy(() -> shards.transact(Bucket.of(unknown), session -> {
                    new ReservationTables(session).write(List.of(), rows, List.of(), NO_MESSAGES);
                    return rows;
                }));
    }

    @Test
    void theSameMessagesOnTwoInstancesConcurrentlyTakeEffectOnce() throws Exception {
        String coffee = goods.received(ONE, 1000);
        String tea = goods.received(TWO, 1000);
        for (int round = 0; round < 10; round++) {
            var batch = IntStream.range(0, 20).mapToObj(_ -> message(reserve(newOrder(), coffee + " 1", tea + " 1")))
                    .toList();
            var reversed = batch.reversed();
            List<List<CommandResult>> answers = atOnce(List.of(() -> reservations.handle(batch), () -> reservations
                    .handle(
                            reversed)));
            assertThat(answers).allSatisfy(answered -> assertThat(answered).hasSize(20));
        }
        assertThat(goods.available(coffee)).isEqualTo(800);
        goods.assertConsistent(coffee, tea);
    }

    /** Simulates a flash sale: concurrent batches order the same few SKUs, in any order, on one shard or both. */
    @Test
    void neverOversellsAndNeverDeadlocksOnHotSkus() throws Exception {
        int stock = 400;
        String[] skus = {goods.received(ONE, stock), goods.received(ONE, stock), goods.received(ONE, stock),
            goods.received(TWO, stock), goods.received(TWO, stock), goods.received(TWO, stock)};
        long deadlocks = deadlocks();
        var batches = new ArrayList<Callable<List<CommandResult>>>();
        for (int seed = 0; seed < 64; seed++) {
            var batch = hotBatch(new Random(seed), skus);
            batches.add(() -> reservations.handle(batch));
        }

        List<CommandResult> results = atOnce(batches).stream().flatMap(List::stream).toList();

        assertThat(results).hasSize(64 * 25);
        assertThat(results.stream().map(CommandResult::reply)).hasAtLeastOneElementOfType(StockReserved.class)
                .hasAtLeastOneElementOfType(StockRejected.class);
        goods.assertConsistent(skus);
        assertThat(Stream.of(skus).mapToInt(goods::available)).anyMatch(available -> available == 0);
        assertThat(deadlocks()).isEqualTo(deadlocks);
    }

    private static List<ReceivedMessage<InventoryCommand>> hotBatch(Random random, String... skus) {
        return IntStream.range(0, 25).mapToObj(_ -> {
            var some = new ArrayList<>(List.of(skus));
            Collections.shuffle(some, random);
            String[] lines = some.stream().limit(1 + random.nextInt(3)).map(sku -> sku + " " + (1 + random.nextInt(2)))
                    .toArray(String[]::new);
            return message(reserve(newOrder(), lines));
        }).toList();
    }

    private static <T> List<T> atOnce(List<Callable<T>> tasks) throws Exception {
        try (var threads = Executors.newFixedThreadPool(6)) {
            var results = new ArrayList<T>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }

    private long deadlocks() {
        return shards.readAll(jdbc -> jdbc.sql("""
                select deadlocks from pg_stat_database where datname = current_database()""").query(Long.class)
                .single()).stream().mapToLong(Long::longValue).sum();
    }
}
