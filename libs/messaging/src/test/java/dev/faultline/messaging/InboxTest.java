package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class InboxTest {
    private static final UUID FIRST = UUID.randomUUID();
    private static final UUID SECOND = UUID.randomUUID();

    private final OutboxFixture database = new OutboxFixture();
    private final Inbox inbox = new Inbox();

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void rejectsToClaimWithoutATransaction() throws Exception {
        try (var connection = database.connect()) {
            assertThatThrownBy(() -> inbox.claim(connection, List.of(FIRST)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void claimsAMessageOnce() throws Exception {
        assertThat(claim(FIRST, FIRST)).containsExactly(FIRST);
        assertThat(claim(FIRST, SECOND)).containsExactly(SECOND);
        assertThat(claim()).isEmpty();
    }

    @Test
    void claimsNothingInATransactionThatIsRolledBack() throws Exception {
        try (var transaction = database.transaction()) {
            inbox.claim(transaction, List.of(FIRST));
            transaction.rollback();
        }
        assertThat(claim(FIRST)).containsExactly(FIRST);
    }

    @Test
    void letsTheSecondOfTwoConcurrentClaimsWaitForTheFirst() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var committed = database.transaction();
                var rolledBack = database.transaction()) {
            assertThat(inbox.claim(committed, List.of(FIRST))).containsExactly(FIRST);
            assertThat(inbox.claim(rolledBack, List.of(SECOND))).containsExactly(SECOND);
            Future<Set<UUID>> other = threads.submit(() -> claim(FIRST, SECOND));
            await().until(() -> database.query("select count(*) from pg_locks where not granted").equals("1"));
            assertThat(other).isNotDone();
            committed.commit();
            rolledBack.rollback();

            assertThat(other).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(Set.of(SECOND));
        }
    }

    @Test
    void doesNotDeadlockWhenBatchesShareMessagesInAnyOrder() throws Exception {
        int batches = 4;
        var together = new CyclicBarrier(batches);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 20; round++) {
                List<UUID> ids = Stream.generate(UUID::randomUUID).limit(200).toList();
                var claims = new ArrayList<Future<Set<UUID>>>();
                for (int batch = 0; batch < batches; batch++) {
                    var shuffled = new ArrayList<>(ids);
                    Collections.shuffle(shuffled);
                    claims.add(threads.submit(() -> {
                        try (var transaction = database.transaction()) {
                            together.await();
                            Set<UUID> mine = inbox.claim(transaction, shuffled);
                            transaction.commit();
                            return mine;
                        }
                    }));
                }
                var claimed = new ArrayList<UUID>();
                for (Future<Set<UUID>> claim : claims) {
                    claimed.addAll(claim.get());
                }
                assertThat(claimed).hasSize(200);
                assertThat(new HashSet<>(claimed)).isEqualTo(new HashSet<>(ids));
            }
        }
    }

    @Test
    void deletesIdsOlderThanTheRetention() throws Exception {
        claim(FIRST, SECOND);
        database.query("insert into inbox select gen_random_uuid(), now() - interval '7 days 1 second'"
                + " from generate_series(1, 25)");
        try (var pruning = new InboxPruning(List.of(database.outboxDatabase()),
                new MessagingProperties.Inbox(Duration.ofDays(7), Duration.ofDays(1), 10))) {
            pruning.prune();
        }
        assertThat(database.query("select count(*) from inbox")).isEqualTo("2");
    }

    private Set<UUID> claim(UUID... ids) throws SQLException {
        try (Connection transaction = database.transaction()) {
            Set<UUID> fresh = inbox.claim(transaction, List.of(ids));
            transaction.commit();
            return fresh;
        }
    }
}
