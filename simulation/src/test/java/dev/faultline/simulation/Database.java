package dev.faultline.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.faultline.contracts.Message;

/**
 * A service's PostgreSQL database: atomic transactions, row locks that are released when their holder dies, and a
 * write-ahead log with the messages of committed transactions, in commit order.
 */
final class Database {
    private final World world;
    private final String name;
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

    /** Rolls back the node's open transactions when it is killed. */
    void connect(Node node) {
        node.onUnresponsive(() -> {
            if (!node.isUp()) {
                List.copyOf(open).stream().filter(transaction -> transaction.node == node).forEach(Transaction::end);
            }
        });
    }

    /** Blocks. Rolls back if {@code work} throws. */
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

    /** A transaction that neither blocks nor fails. */
    void commit(List<? extends Message> messages, Runnable effects) {
        effects.run();
        log.append(messages);
        world.committed();
    }

    /** All its effects take place when it commits. */
    final class Transaction {
        private final Node node;
        private final List<Object> held = new ArrayList<>();
        private final List<Runnable> effects = new ArrayList<>();
        private final List<Message> messages = new ArrayList<>();

        private Transaction(Node node) {
            this.node = node;
        }

        /** Locks the keys in ascending order, so that there are no deadlocks. Blocks while another transaction holds one. */
        void lock(Collection<? extends Comparable<?>> keys) {
            for (Comparable<?> key : keys.stream().sorted().distinct().toList()) {
                while (locks.containsKey(key) && locks.get(key) != this) {
                    released.await();
                }
                locks.put(key, this);
                held.add(key);
            }
        }

        void send(Message message) {
            messages.add(message);
        }

        void write(Runnable effect) {
            effects.add(effect);
        }

        private void commit() {
            effects.forEach(Runnable::run);
            log.append(messages);
            world.committed();
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
