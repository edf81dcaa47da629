package dev.faultline.experiments.replication;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.faultline.backing.Polling;
import dev.faultline.backing.PostgresServer;

/** Clients that insert one row after the other, each in a transaction, until their server is gone. */
final class Commits {
    /** With the column {@code id}. */
    static final String TABLE = "written";
    private static final int CLIENTS = 4;
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final PostgresServer server;
    private final long start = System.nanoTime();
    private final AtomicInteger last = new AtomicInteger();
    private final Queue<Commit> ended = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients;

    /**
     * A commit that has ended.
     *
     * @param beganMs since the first client started
     * @param isAcknowledged if not, the connection ended instead, and its client does not know its outcome
     */
    record Commit(int id, double beganMs, double tookMs, boolean isAcknowledged) {
        double endedMs() {
            return beganMs + tookMs;
        }
    }

    /** Starts the clients. */
    Commits(PostgresServer server) {
        this.server = server;
        this.clients = IntStream.range(0, CLIENTS).mapToObj(_ -> Thread.ofVirtual().start(this::write)).toList();
    }

    private void write() {
        try (Connection connection = server.connect();
                PreparedStatement insert = connection.prepareStatement("insert into " + TABLE + " values (?)")) {
            while (commit(insert)) {
                Polling.sleep(PAUSE);
            }
        } catch (SQLException e) {
            // The server is gone.
        }
    }

    private boolean commit(PreparedStatement insert) {
        int id = last.incrementAndGet();
        double began = now();
        boolean isAcknowledged = true;
        try {
            insert.setInt(1, id);
            insert.executeUpdate();
        } catch (SQLException e) {
            isAcknowledged = false;
        }
        ended.add(new Commit(id, began, now() - began, isAcknowledged));
        return isAcknowledged;
    }

    /** Milliseconds since the clients started. */
    double now() {
        return (System.nanoTime() - start) / 1e6;
    }

    /** Returns when no client is connected any more: the commits, in the order in which they ended. */
    List<Commit> await() throws InterruptedException {
        for (Thread client : clients) {
            client.join();
        }
        var commits = new ArrayList<>(ended);
        commits.sort(Comparator.comparingDouble(Commit::endedMs));
        return commits;
    }
}
