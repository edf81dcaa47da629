package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.faultline.contracts.Message;

/**
 * What PostgreSQL does for a service: transactions that happen altogether or not at all, row locks that others wait for
 * and that die with their holder, an inbox, and a write-ahead log that holds the messages of what was committed, in the
 * order of commits.
 */
final class Database {
    private final World world;
    private final String name;
    private final Set<Long> inbox = new HashSet<>();
    private final Map<Object, Transaction> locks = new HashMap<>();
    private final Set<Transaction> open = new LinkedHashSet<>();
    private final Signal released;
    final WriteAheadLog log;

    Database(World world, String name) {
        this.world = world;
        this.name = name;
        this.released = new Signal(world);
        this.log = new WriteAheadLog(world, name);
    }

    /** A connection that breaks rolls back. */
    void serves(Node node) {
        node.whenSilent(() -> {
            if (!node.isUp()) {
                List.copyOf(open).stream().filter(transaction -> transaction.node == node).forEach(Transaction::end);
            }
        });
    }

    /** Blocks. What {@code work} throws rolls back. */
    <T> T transact(Function<Transaction, T> work) {
        var transaction = new Transaction(world.running().node);
        open.add(transaction);
        try {
            T result = work.apply(transaction);
            transaction.commit();
            return result;
        } finally {
            transaction.end();
        }
    }

    /** A transaction of someone who does not wait and does not fail. */
    void commit(List<? extends Message> messages, Runnable effects) {
        effects.run();
        log.append(messages);
        world.changed();
    }

    /** Everything it does happens when it commits. */
    final class Transaction {
        private final Node node;
        private final List<Object> held = new ArrayList<>();
        private final List<Long> claimed = new ArrayList<>();
        private final List<Runnable> effects = new ArrayList<>();
        private final List<Message> messages = new ArrayList<>();

        private Transaction(Node node) {
            this.node = node;
        }

        /** Waits until no other transaction holds one of these; in their order, so none waits in a circle. */
        void lock(Collection<? extends Comparable<?>> keys) {
            for (Comparable<?> key : keys.stream().sorted().distinct().toList()) {
                while (locks.containsKey(key) && locks.get(key) != this) {
                    released.await();
                }
                locks.put(key, this);
                held.add(key);
            }
        }

        /** Those of the messages that were not seen before. */
        List<Envelope> claim(List<Envelope> batch) {
            if (!world.has(Protection.INBOX)) {
                return batch;
            }
            lock(batch.stream().map(Envelope::id).toList());
            var fresh = new ArrayList<Envelope>();
            for (Envelope message : batch) {
                if (inbox.contains(message.id()) || claimed.contains(message.id())) {
                    world.coverage.count(Happening.DUPLICATE_SKIPPED);
                    world.tell(node.toString(), "has seen %s", message);
                } else {
                    claimed.add(message.id());
                    fresh.add(message);
                }
            }
            return fresh;
        }

        void send(Message message) {
            messages.add(message);
        }

        void write(Runnable effect) {
            effects.add(effect);
        }

        private void commit() {
            effects.forEach(Runnable::run);
            inbox.addAll(claimed);
            log.append(messages);
            world.changed();
        }

        private void end() {
            open.remove(this);
            if (!held.isEmpty()) {
                held.forEach(key -> locks.remove(key, this));
                held.clear();
                released.fire();
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
