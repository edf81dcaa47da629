package dev.faultline.inventory.reservation.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.AllocatingStock;
import dev.faultline.inventory.reservation.Reservation;
import dev.faultline.messaging.Inbox;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.ShardSession;
import dev.faultline.sharding.ShardTransaction;
import dev.faultline.sharding.Shards;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.stereotype.Repository;

/**
 * Executes batches of commands. Thread-safe; blocks.
 *
 * <p>
 * The orders of a batch whose stock is on one shard are decided in one local transaction there, in order of arrival;
 * the orders that need several shards are decided together in one distributed transaction. Every transaction acquires
 * its locks in one order, inboxes by shard and message, then stock by shard and SKU, so that they cannot deadlock.
 */
@Repository
public class JdbcReservations {
    private final Shards shards;
    private final Inbox inbox;
    private final Outbox outbox;

    /** An executed command and its reply. */
    public record Answered(ReceivedMessage<InventoryCommand> command, CheckoutReply reply) {}

    JdbcReservations(Shards shards, Inbox inbox, Outbox outbox) {
        this.shards = shards;
        this.inbox = inbox;
        this.outbox = outbox;
    }

    /**
     * When this returns, effects and replies are committed, and commands that were seen before had neither. When it
     * throws, some transactions of the batch may be committed; a retry of the batch completes it.
     *
     * @return the commands that were new
     */
    public List<Answered> handle(List<ReceivedMessage<InventoryCommand>> batch) {
        var groups = batch.stream()
                .collect(Collectors.groupingBy(this::onlyShard, LinkedHashMap::new, Collectors.toList()));
        var answered = new ArrayList<Answered>(batch.size());
        for (var group : groups.values()) {
            Set<Bucket> buckets = skus(group).stream().map(JdbcReservations::bucket).collect(Collectors.toSet());
            answered.addAll(shards.transact(buckets, transaction -> new Batch(transaction, group).handle()));
        }
        return answered;
    }

    /** The shard of all lines; empty if there are several. */
    private Optional<ShardName> onlyShard(ReceivedMessage<InventoryCommand> message) {
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
        private final Map<Sku, ShardName> places = new HashMap<>();

        Batch(ShardTransaction transaction, List<ReceivedMessage<InventoryCommand>> messages) {
            this.sessions = transaction.sessions();
            this.messages = messages;
            skus(messages).forEach(sku -> places.put(sku, transaction.on(bucket(sku)).shard()));
        }

        List<Answered> handle() {
            List<ReceivedMessage<InventoryCommand>> fresh = claim();
            if (fresh.isEmpty()) {
                return List.of();
            }
            Map<Sku, Integer> available = lockStock(fresh);
            var allotting = new AllocatingStock(available, reservations(fresh));
            List<Answered> answered = fresh.stream()
                    .map(command -> new Answered(command, allotting.decide(command.payload()))).toList();
            write(allotting);
            reply(answered);
            return answered;
        }

        private List<ReceivedMessage<InventoryCommand>> claim() {
            var fresh = new HashSet<UUID>();
            for (ShardSession session : sessions) {
                List<UUID> ids = on(session, messages, this::home).stream().map(ReceivedMessage::id).toList();
                try {
                    fresh.addAll(inbox.claim(session.connection(), ids));
                } catch (SQLException e) {
                    throw new UncategorizedSQLException("claim", null, e);
                }
            }
            // The batch may contain a message twice.
            return messages.stream().filter(message -> fresh.remove(message.id())).toList();
        }

        private Map<Sku, Integer> lockStock(List<ReceivedMessage<InventoryCommand>> commands) {
            var available = new HashMap<Sku, Integer>();
            Set<Sku> skus = skus(commands);
            for (ShardSession session : sessions) {
                available.putAll(tables(session).lockStock(on(session, skus, sku -> sku)));
            }
            return available;
        }

        private List<Reservation> reservations(List<ReceivedMessage<InventoryCommand>> commands) {
            var keys = commands.stream().map(ReceivedMessage::payload).flatMap(command -> command.lines().stream()
                    .map(line -> new ReservationKey(command.orderId(), line.sku()))).collect(Collectors.toSet());
            return ReservationRow.reservations(sessions.stream()
                    .flatMap(session -> tables(session).find(on(session, keys, ReservationKey::sku)).stream())
                    .toList());
        }

        private void write(AllocatingStock allotted) {
            List<ReservationRow> made = allotted.made().stream().flatMap(ReservationRow::of).toList();
            List<ReservationRow> released = allotted.released().stream().flatMap(ReservationRow::of).toList();
            for (ShardSession session : sessions) {
                ReservationTables tables = tables(session);
                tables.take(on(session, allotted.taken().entrySet(), Map.Entry::getKey));
                tables.insert(on(session, made, row -> row.line().sku()));
                tables.release(on(session, released, row -> row.line().sku()));
            }
        }

        private void reply(List<Answered> answered) {
            for (ShardSession session : sessions) {
                List<OutgoingMessage> replies = on(session, answered, answer -> home(answer.command)).stream()
                        .map(answer -> answer.command.reply(CheckoutReply.TOPIC, answer.reply.orderId().value(),
                                answer.reply))
                        .toList();
                try {
                    outbox.append(session.connection(), replies);
                } catch (SQLException e) {
                    throw new UncategorizedSQLException("reply", null, e);
                }
            }
        }

        /** The SKU whose shard records and answers an order's messages: one of its lines, always the same. */
        private Sku home(ReceivedMessage<InventoryCommand> message) {
            return message.payload().lines().stream().map(OrderLine::sku).min(Comparator.naturalOrder()).orElseThrow();
        }

        private static ReservationTables tables(ShardSession session) {
            return new ReservationTables(session.jdbc());
        }

        private <T> List<T> on(ShardSession session, Collection<T> items, Function<T, Sku> sku) {
            return items.stream().filter(item -> session.shard().equals(places.get(sku.apply(item)))).toList();
        }
    }
}
