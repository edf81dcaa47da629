package dev.faultline.discovery;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

import dev.faultline.discovery.Consul.Entry;
import dev.faultline.discovery.Consul.Operation.CheckLock;
import dev.faultline.discovery.Consul.Operation.CompareAndSet;
import dev.faultline.discovery.Consul.Operation.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One candidate in the election of a role's leader, from construction until it is closed.
 *
 * <p>
 * <b>Guarantees.</b> A leader's {@link FencingToken} is higher than that of every earlier leader, because lock and
 * token change in one Consul transaction. The lease is measured by the local monotonic clock, from before it was
 * requested, so it expires here before it expires at Consul, even if Consul is unreachable. A lease cannot prevent two
 * leaders: a process that is paused between calling {@link #token()} and writing resumes as a stale leader. Only the
 * store can reject its write, by the token.
 *
 * <p>
 * <b>Failover time.</b> After {@link #close()} another candidate takes over at once, because followers wait in blocking
 * queries. After a crash it takes up to twice the lease, 20 seconds, until Consul invalidates the session. Consul's
 * lock delay is zero, because the tokens make it unnecessary.
 *
 * <p>
 * Thread-safe. If Consul loses its state, tokens restart: a leader whose token is rejected calls {@link
 * #raiseTokenAbove}.
 *
 * @see <a href="https://doi.org/10.1145/74850.74870">Gray, Cheriton: Leases, 1989</a>
 * @see <a href="https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions/application-leader-election">
 *        Consul: application leader elections</a>
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);
    /** How long a leader leads unless it renews: the minimum session TTL of Consul. */
    public static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration RENEW_INTERVAL = LEASE.dividedBy(3);
    private static final Duration WATCH_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    private final Consul consul;
    private final String role;
    private final String candidate;
    private final String lockKey;
    private final String tokenKey;
    private final Thread thread;
    private volatile @Nullable Term term;

    /** A period of leadership. */
    private record Term(String session, FencingToken token, long leaseEnds) {
        boolean isExpired() {
            return System.nanoTime() - leaseEnds >= 0;
        }
    }

    /**
     * Does not block. While Consul is unavailable, the candidate keeps retrying.
     *
     * @param role a path in Consul's key-value store: {@code role/leader} is the lock, {@code role/token} the last
     *        token
     * @param candidate the value of {@code role/leader} while this candidate leads, for operators
     */
    public LeaderElection(Consul consul, String role, String candidate) {
        this.consul = consul;
        this.role = role;
        this.candidate = candidate;
        this.lockKey = role + "/leader";
        this.tokenKey = role + "/token";
        this.thread = Thread.ofVirtual().name("leader-election").start(this::run);
    }

    /** This candidate's token while it leads; empty otherwise. Does not block. */
    public Optional<FencingToken> token() {
        Term current = term;
        return current == null || current.isExpired() ? Optional.empty() : Optional.of(current.token);
    }

    /**
     * Raises this leader's token above one that a store has seen. Consul confirms the leadership in the same
     * transaction, so a replaced leader never overtakes its successor.
     *
     * @return whether the token was raised
     * @throws UncheckedIOException if Consul is unavailable
     */
    public synchronized boolean raiseTokenAbove(FencingToken seen) {
        Term current = term;
        if (current == null) {
            return false;
        }
        Optional<Entry> last = consul.get(tokenKey);
        var raised = new FencingToken(Math.max(tokenNumber(last), seen.number()) + 1);
        if (!consul.transact(new CheckLock(lockKey, current.session), storeToken(raised, last))) {
            return false;
        }
        log.warn("{}: raised the token from {} to {}, because {} was seen; Consul may have lost its state", role,
                current.token, raised, seen);
        term = new Term(current.session, raised, current.leaseEnds);
        return true;
    }

    private void run() {
        boolean failing = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                awaitUnlocked();
                failing = false;
                lead();
            } catch (RuntimeException e) {
                if (!failing && !Thread.currentThread().isInterrupted()) {
                    log.warn("{}: the election is suspended: {}", role, e.getMessage());
                }
                failing = true;
                pause();
            }
        }
    }

    private void awaitUnlocked() {
        long index = 0;
        while (true) {
            var result = consul.watch(lockKey, index, WATCH_TIMEOUT);
            if (result.value().flatMap(Entry::session).isEmpty()) {
                return;
            }
            index = result.index() < index ? 0 : result.index();
        }
    }

    private void lead() {
        long requestedAt = System.nanoTime();
        String session = consul.createSession(role, LEASE);
        try {
            Optional<Entry> last = consul.get(tokenKey);
            var token = new FencingToken(tokenNumber(last) + 1);
            if (consul.transact(new Lock(lockKey, session, candidate), storeToken(token, last))) {
                term = new Term(session, token, requestedAt + LEASE.toNanos());
                log.info("{}: {} leads with token {}", role, candidate, token);
                renewUntilLost(session);
                log.info("{}: {} no longer leads", role, candidate);
            } else {
                pause(); // another candidate won
            }
        } finally {
            resign(session);
        }
    }

    private void renewUntilLost(String session) {
        long index = 0;
        while (token().isPresent() && !Thread.currentThread().isInterrupted()) {
            try {
                var result = consul.watch(lockKey, index, RENEW_INTERVAL);
                index = result.index() < index ? 0 : result.index();
                long requestedAt = System.nanoTime();
                if (result.value().flatMap(Entry::session).filter(session::equals).isEmpty()
                        || !consul.renewSession(session)) {
                    return;
                }
                extendLease(requestedAt + LEASE.toNanos());
            } catch (UncheckedIOException e) {
                if (!Thread.currentThread().isInterrupted()) {
                    log.warn("{}: the lease could not be renewed: {}", role, e.getMessage());
                    pause();
                }
            }
        }
    }

    private synchronized void extendLease(long leaseEnds) {
        Term current = term;
        if (current != null) {
            term = new Term(current.session, current.token, leaseEnds);
        }
    }

    /** Clears the term before the lock is released, so that two candidates never lead at the same time. */
    private void resign(String session) {
        synchronized (this) {
            term = null;
        }
        boolean closing = Thread.interrupted();
        try {
            consul.destroySession(session);
        } catch (UncheckedIOException e) {
            log.debug("{}: the session was not destroyed and will expire", role, e);
        } finally {
            if (closing) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private CompareAndSet storeToken(FencingToken token, Optional<Entry> last) {
        return new CompareAndSet(tokenKey, token.toString(), last.map(Entry::modifyIndex).orElse(0L));
    }

    private static long tokenNumber(Optional<Entry> token) {
        return token.map(entry -> Long.parseLong(entry.value())).orElse(0L);
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Withdraws the candidate and resigns if it leads. Blocks for at most one lease. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(LEASE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
