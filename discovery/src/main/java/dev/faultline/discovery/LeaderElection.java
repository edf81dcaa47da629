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
 * One candidate for a role that one instance at a time has. It stands from its construction until it is closed.
 *
 * <p>
 * <b>What can be relied on.</b> A leader has a {@link FencingToken} that is higher than that of every leader before, for
 * both the lock and the token change at one index of Consul's log. Its lease is counted by this machine's monotonic clock
 * from before it was asked for, so it ends here before it ends at Consul, whether Consul can be asked or not. That is all
 * that a lease can do: a process that is paused between asking {@link #token()} and writing wakes up as a second leader.
 * Only who stores what it writes can refuse it, by the token.
 *
 * <p>
 * <b>How long nobody leads.</b> After {@link #close()} the next takes over at once: followers wait in blocking queries.
 * After a crash within twice the lease, 20 s, which is when Consul has ended the session. Consul's lock delay would add
 * to that to let an old leader notice; it is zero, since tokens protect without waiting.
 *
 * <p>
 * Thread-safe. Consul's state may be lost, and tokens start over with it: a leader that is refused though it leads, for a
 * higher token was seen before, {@linkplain #raiseAbove raises} its own.
 *
 * @see <a href="https://doi.org/10.1145/74850.74870">Gray, Cheriton: Leases, 1989</a>
 * @see <a href="https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions/application-leader-election">
 *      Consul: application leader elections</a>
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaderElection.class);
    /** The shortest that Consul grants. */
    static final Duration LEASE = Duration.ofSeconds(10);
    private static final Duration RENEW_EVERY = LEASE.dividedBy(3);
    private static final Duration WATCH = Duration.ofSeconds(60);
    private static final Duration PAUSE_AFTER_TROUBLE = Duration.ofMillis(500);

    private final Consul consul;
    private final String role;
    private final String candidate;
    private final String lockKey;
    private final String tokenKey;
    private final Thread standing;
    private volatile @Nullable Term term;

    /** A leadership while it lasts. */
    private record Term(String session, FencingToken token, long leaseEnds) {
        boolean isOver() {
            return System.nanoTime() - leaseEnds >= 0;
        }
    }

    /**
     * Does not block, and does not fail while Consul cannot be asked: it then stands for the role as soon as it can.
     *
     * @param role a path in Consul's key-value store, where {@code role/leader} is locked and {@code role/token} counts
     * @param candidate the name that operators see as the value of {@code role/leader}
     */
    public LeaderElection(Consul consul, String role, String candidate) {
        this.consul = consul;
        this.role = role;
        this.candidate = candidate;
        this.lockKey = role + "/leader";
        this.tokenKey = role + "/token";
        this.standing = Thread.ofVirtual().name("leader-election").start(this::stand);
    }

    /** The token of this candidate while it leads, else empty. Does not block. */
    public Optional<FencingToken> token() {
        Term current = term;
        return current == null || current.isOver() ? Optional.empty() : Optional.of(current.token);
    }

    /**
     * Takes a token above one that somebody has seen, if Consul confirms at the same index that this candidate leads: so
     * a leader that was replaced never gets ahead of the one that replaced it.
     *
     * @return whether {@link #token()} is now higher
     * @throws UncheckedIOException if Consul cannot be asked
     */
    public synchronized boolean raiseAbove(FencingToken seen) {
        Term current = term;
        if (current == null) {
            return false;
        }
        Optional<Entry> last = consul.get(tokenKey);
        var raised = new FencingToken(Math.max(number(last), seen.number()) + 1);
        if (!consul.transact(new CheckLock(lockKey, current.session), count(raised, last))) {
            return false;
        }
        log.warn("{}: the token is raised from {} to {}, for {} was seen; has Consul lost its state?", role,
                current.token, raised, seen);
        term = new Term(current.session, raised, current.leaseEnds);
        return true;
    }

    private void stand() {
        boolean troubled = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                awaitVacancy();
                troubled = false;
                lead();
            } catch (RuntimeException trouble) {
                if (!troubled && !Thread.currentThread().isInterrupted()) {
                    log.warn("{}: not standing for the moment: {}", role, trouble.getMessage());
                }
                troubled = true;
                pause();
            }
        }
    }

    private void awaitVacancy() {
        long index = 0;
        while (true) {
            var answer = consul.watch(lockKey, index, WATCH);
            if (answer.value().flatMap(Entry::session).isEmpty()) {
                return;
            }
            index = answer.index() < index ? 0 : answer.index();
        }
    }

    private void lead() {
        long asked = System.nanoTime();
        String session = consul.openSession(role, LEASE);
        try {
            Optional<Entry> last = consul.get(tokenKey);
            var token = new FencingToken(number(last) + 1);
            if (consul.transact(new Lock(lockKey, session, candidate), count(token, last))) {
                term = new Term(session, token, asked + LEASE.toNanos());
                log.info("{}: {} leads with token {}", role, candidate, token);
                keepLeading(session);
                log.info("{}: {} leads no more", role, candidate);
            } else {
                pause(); // another was faster
            }
        } finally {
            resign(session);
        }
    }

    private void keepLeading(String session) {
        long index = 0;
        while (token().isPresent() && !Thread.currentThread().isInterrupted()) {
            try {
                var answer = consul.watch(lockKey, index, RENEW_EVERY);
                index = answer.index() < index ? 0 : answer.index();
                long asked = System.nanoTime();
                if (answer.value().flatMap(Entry::session).filter(session::equals).isEmpty()
                        || !consul.renewSession(session)) {
                    return;
                }
                renewed(asked + LEASE.toNanos());
            } catch (UncheckedIOException trouble) {
                if (!Thread.currentThread().isInterrupted()) {
                    log.warn("{}: the lease could not be renewed: {}", role, trouble.getMessage());
                    pause();
                }
            }
        }
    }

    private synchronized void renewed(long leaseEnds) {
        Term current = term;
        if (current != null) {
            term = new Term(current.session, current.token, leaseEnds);
        }
    }

    /** Not leading comes first here, and only then for others. */
    private void resign(String session) {
        synchronized (this) {
            term = null;
        }
        boolean closing = Thread.interrupted();
        try {
            consul.endSession(session);
        } catch (UncheckedIOException e) {
            log.debug("{}: the session ends by itself", role, e);
        } finally {
            if (closing) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private CompareAndSet count(FencingToken token, Optional<Entry> last) {
        return new CompareAndSet(tokenKey, token.toString(), last.map(Entry::modifyIndex).orElse(0L));
    }

    private static long number(Optional<Entry> token) {
        return token.map(entry -> Long.parseLong(entry.value())).orElse(0L);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_TROUBLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Resigns, if it leads, and stands no more. Waits for Consul to know, some seconds at most. */
    @Override
    public void close() {
        standing.interrupt();
        try {
            standing.join(LEASE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
