package dev.faultline.sharding;

import static dev.faultline.sharding.TwoShards.ONE;
import static dev.faultline.sharding.TwoShards.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.faultline.discovery.FencingToken;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class FencingTokensTest {
    private static final String ROLE = "sweep";
    @AutoClose private final TwoShards two = new TwoShards();

    private void note(long token, String text) {
        note(token, text, () -> {});
    }

    private void note(long token, String text, Runnable meanwhile) {
        two.shards().transact(two.onOne, session -> {
            FencingTokens.check(session, ROLE, new FencingToken(token));
            meanwhile.run();
            return session.jdbc().sql("insert into note (text) values (?)").param(text).update();
        });
    }

    @Test
    void acceptsALeaderRepeatedlyAndItsSuccessors() {
        note(7, "a");
        note(7, "b");
        note(9, "c");
        assertThat(two.notes(ONE)).containsExactly("a", "b", "c");
    }

    /** A leader that was paused past its lease resumes with its old token. */
    @Test
    void rejectsALeaderThatWasReplacedWhilePaused() {
        note(7, "old");
        note(8, "new");
        assertThatExceptionOfType(StaleLeaderException.class).isThrownBy(() -> note(7, "old, again"))
                .withMessageContaining("shard-1 has seen token 8 of sweep and rejects 7")
                .satisfies(stale -> assertThat(stale.highest()).isEqualTo(new FencingToken(8)));
        assertThat(two.notes(ONE)).containsExactly("new", "old");
    }

    @Test
    void aNewLeaderWaitsForTheOldLeadersTransaction() throws Exception {
        var inside = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> old = begin(executor, 7, "old", inside, mayEnd);
            inside.await();
            Future<?> next = executor.submit(() -> note(8, "new"));
            awaitBlockedTransaction();
            assertThat(next.isDone()).isFalse();
            mayEnd.countDown();
            old.get();
            next.get();
        }
        assertThat(two.notes(ONE)).containsExactly("new", "old");
    }

    @Test
    void rejectsAnOldLeaderThatWaitedForTheNewOne() throws Exception {
        note(7, "old");
        var inside = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> next = begin(executor, 8, "new", inside, mayEnd);
            inside.await();
            Future<?> old = executor.submit(() -> note(7, "old, again"));
            awaitBlockedTransaction();
            mayEnd.countDown();
            next.get();
            assertThatThrownBy(old::get).isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StaleLeaderException.class);
        }
        assertThat(two.notes(ONE)).containsExactly("new", "old");
    }

    @Test
    void separatesRolesAndShards() {
        note(7, "a");
        two.shards().transact(two.onOne, session -> {
            FencingTokens.check(session, "another", new FencingToken(1));
            return session;
        });
        two.shards().transact(two.onTwo, session -> {
            FencingTokens.check(session, ROLE, new FencingToken(1));
            return session;
        });
        assertThat(two.sql(TWO).sql("select highest from fencing_token").query(Long.class).single()).isEqualTo(1);
    }

    private Future<?> begin(ExecutorService executor, long token, String text, CountDownLatch inside,
            CountDownLatch mayEnd) {
        return executor.submit(() -> note(token, text, () -> {
            inside.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private void awaitBlockedTransaction() {
        await().until(() -> two.sql(ONE).sql("""
                select count(*) > 0 from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'""").query(Boolean.class).single());
    }
}
