package dev.faultline.inventory.reservation.jdbc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.AllocatingStock;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.ShardSession;
import dev.faultline.sharding.ShardTransaction;
import dev.faultline.sharding.Shards;
import org.springframework.stereotype.Repository;

/**
 * Executes batches of commands. Thread-safe; blocks.
 *
 * <p>
 * A batch needs one local transaction per shard for the orders on that shard, in order of arrival, and one distributed
 * transaction for all orders on several shards. Every transaction acquires its locks in the same order, by
 * shard and SKU, so that transactions cannot deadlock. The reservations tell which commands were decided before.
 */
@Repository
public class JdbcReservations {
    private final Shards shards;
    private final Outbox outbox;

    /** An executed command and its reply. */
    public record CommandResult(ReceivedMessage<InventoryCommand> command, CheckoutReply reply) {}

    JdbcReservations(Shards shards, Outbox outbox) {
        this.shards = shards;
        this.outbox = outbox;
    }

    /**
     * Executes a batch. When this method returns, all effects and replies are committed; a repeated command has no effect
     * and gets the same reply again. When it throws, some transactions may be committed, and a retry of the batch
     * completes it.
     */
    public List<CommandResult> handle(List<ReceivedMessage<InventoryCommand>> batch) {
        var groups = batch.stream()
                .collect(Collectors.groupingBy(this::singleShard, LinkedHashMap::new, Collectors.toList()));
        var results = new ArrayList<CommandResult>(batch.size());
        for (var group : groups.values()) {
            Set<Bucket> buckets = skus(group).stream().map(JdbcReservations::bucket).collect(Collectors.toSet());
            results.addAll(shards.transact(buckets, transaction -> new Batch(transaction, group).handle()));
        }
        return results;
    }

    /** The shard of all lines; empty if the lines are on several shards. */
    private Optional<ShardName> singleShard(ReceivedMessage<InventoryCommand> message) {
        List<ShardName> involved = message.payload().lines().stream().map(line -> shards.shardOf(bucket(line.sku())))
                .distinct().toList();
        return involved.size() == 1 ? Optional.of(involved.getFirst()) : Optional.empty();
    }

    private static Set<Sku> skus(Collection<ReceivedMessage<InventoryCommand>> messages) {
        return messages.stream().flatMap(message -> message.payload().lines().stream()).map(OrderLine::sku)
                .collect(Collectors.toSet());
    }

    private static Bucket bucket(Sku sku) {
        return Bucket.of(sku.value());
    }

    /** The commands of one transaction. */
    private final class Batch {
        private final Collection<ShardSession> sessions;
        private final List<ReceivedMessage<InventoryCommand>> messages;
        private final Map<Sku, ShardName> shardBySku = new HashMap<>();

        Batch(ShardTransaction transaction, List<ReceivedMessage<InventoryCommand>> messages) {
            this.sessions = transaction.sessions();
            this.messages = messages;
            skus(messages).forEach(sku -> shardBySku.put(sku, transaction.on(bucket(sku)).shard()));
        }

        List<CommandResult> handle() {
            var available = new HashMap<Sku, Integer>();
            var rows = new ArrayList<ReservationRow>();
            for (ShardSession session : sessions) {
                var found = new ReservationTables(session).lockAndFind(on(session, skus(messages), sku -> sku),
                        on(session, keys(), ReservationKey::sku));
                available.putAll(found.available());
                rows.addAll(found.reservations());
            }
            var allocation = new AllocatingStock(available, ReservationRow.reservations(rows));
            List<CommandResult> results = messages.stream()
                    .map(command -> new CommandResult(command, allocation.decide(command.payload()))).toList();
            write(allocation, results);
            return results;
        }

        private Set<ReservationKey> keys() {
            return messages.stream().map(ReceivedMessage::payload).flatMap(command -> command.lines().stream()
                    .map(line -> new ReservationKey(command.orderId(), line.sku()))).collect(Collectors.toSet());
        }

        private void write(AllocatingStock allocation, List<CommandResult> results) {
            List<ReservationRow> created = allocation.created().stream().flatMap(ReservationRow::of).toList();
            List<ReservationRow> released = allocation.released().stream().flatMap(ReservationRow::of).toList();
            for (ShardSession session : sessions) {
                List<OutgoingMessage> replies = on(session, results, result -> homeSku(result.command)).stream()
                        .map(result -> result.command.reply(CheckoutReply.TOPIC, result.reply.orderId().value(),
                                result.reply))
                        .toList();
                new ReservationTables(session).write(on(session, allocation.allocated().entrySet(), Map.Entry::getKey),
                        on(session, created, row -> row.line().sku()), on(session, released, row -> row.line().sku()),
                        outbox.encode(replies));
            }
        }

        /** The order's first SKU; its shard sends the reply. */
        private Sku homeSku(ReceivedMessage<InventoryCommand> message) {
            return message.payload().lines().stream().map(OrderLine::sku).min(Comparator.naturalOrder()).orElseThrow();
        }

        private <T> List<T> on(ShardSession session, Collection<T> items, Function<T, Sku> sku) {
            return items.stream().filter(item -> session.shard().equals(shardBySku.get(sku.apply(item)))).toList();
        }
    }
}
