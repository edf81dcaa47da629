package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.TransientDataAccessResourceException;

class BatcherTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstBatchMayEnd = new CountDownLatch(1);

    @AfterEach
    void endTheFirstBatch() {
        firstBatchMayEnd.countDown();
    }

    private Batcher<String, String> batcher(int largest, int mostWaiting) {
        return batcher(largest, mostWaiting, TIMEOUT);
    }

    private Batcher<String, String> batcher(int largest, int mostWaiting, Duration longestWait) {
        return new Batcher<>(largest, mostWaiting, longestWait, () -> Duration.ZERO, batch -> {
            batches.add(batch);
            if (batch.equals(List.of("first"))) {
                uninterruptibly(firstBatchMayEnd);
            }
            if (batch.contains("rejected")) {
                throw new DataIntegrityViolationException("rejected");
            }
            if (batch.contains("cut off")) {
                throw new DataAccessResourceFailureException("cut off");
            }
            return batch.stream().map(item -> item + " done").toList();
        });
    }

    @Test
    void runsALoneCallAtOnceInItsCaller() {
        var callers = new CopyOnWriteArrayList<Thread>();
        var batcher = new Batcher<String, String>(10, 10, TIMEOUT, () -> Duration.ZERO, batch -> {
            callers.add(Thread.currentThread());
            return batch;
        });
        assertThat(batcher.call("a")).isEqualTo("a");
        assertThat(batcher.call("b")).isEqualTo("b");
        assertThat(callers).containsExactly(Thread.currentThread(), Thread.currentThread());
    }

    @Test
    void aCallWhoseBatchDoesNotBeginInTimeFailsAndIsNotExecuted() throws Exception {
        var batcher = batcher(10, 10, Duration.ofMillis(20));
        var first = new FutureTask<>(() -> batcher.call("first"));
        Thread.startVirtualThread(first);
        await().atMost(TIMEOUT).until(() -> batches.size() == 1);

        assertThatExceptionOfType(TransientDataAccessResourceException.class).isThrownBy(() -> batcher.call("late"));

        firstBatchMayEnd.countDown();
        assertThat(first.get()).isEqualTo("first done");
        assertThat(batcher.call("next")).isEqualTo("next done");
        assertThat(batches).containsExactly(List.of("first"), List.of("next"));
    }

    @Test
    void aCallThatHasWaitedUntilItsDeadlineFailsAndIsNotExecuted() {
        var batcher = batcher(10, 10, Duration.ofHours(1));
        var first = callInBackground(batcher, "first");
        assertThat(callInBackground(batcher, "whose caller has gone", Deadline.in(Duration.ofMillis(200)))).failsWithin(
                TIMEOUT).withThrowableThat().withCauseInstanceOf(TransientDataAccessResourceException.class);

        firstBatchMayEnd.countDown();
        assertThat(first).succeedsWithin(TIMEOUT).isEqualTo("first done");
        assertThat(batcher.call("next")).isEqualTo("next done");
        assertThat(batches).containsExactly(List.of("first"), List.of("next"));
    }

    @Test
    void aBatchHasUntilTheLatestDeadlineOfItsCalls() {
        var left = new CopyOnWriteArrayList<Duration>();
        var batcher = new Batcher<String, String>(10, 10, TIMEOUT, () -> Duration.ZERO, batch -> {
            if (batch.equals(List.of("first"))) {
                uninterruptibly(firstBatchMayEnd);
            } else {
                left.add(Deadline.current().left());
            }
            return batch;
        });
        var _ = callInBackground(batcher, "first");
        var others = List.of(callInBackground(batcher, "minute", Deadline.in(Duration.ofMinutes(1))),
                callInBackground(batcher, "hour", Deadline.in(Duration.ofHours(1))));
        firstBatchMayEnd.countDown();
        assertThat(others).map(BatcherTest::resultOf).containsExactly("minute", "hour");
        assertThat(left).singleElement().satisfies(one -> assertThat(one).isGreaterThan(Duration.ofMinutes(1)));
    }

    /** The first batch takes so long to fail that one of those that wait has less time left, and the other has more. */
    @Test
    void aCallWithLessTimeThanTheDatabaseTookToFailFailsWithIt() {
        var batcher = new Batcher<String, String>(10, 10, TIMEOUT, () -> Duration.ZERO, batch -> {
            batches.add(batch);
            if (batch.equals(List.of("first"))) {
                uninterruptibly(firstBatchMayEnd);
                throw new DataAccessResourceFailureException("cut off");
            }
            return batch;
        });
        var _ = callInBackground(batcher, "first");
        Deadline near = Deadline.in(TIMEOUT.dividedBy(4));
        var hurried = callInBackground(batcher, "hurried", near);
        var patient = callInBackground(batcher, "patient", Deadline.in(Duration.ofHours(1)));
        await().atMost(TIMEOUT).until(() -> near.left().compareTo(TIMEOUT.dividedBy(8)) < 0);

        firstBatchMayEnd.countDown();
        assertThat(hurried).failsWithin(TIMEOUT).withThrowableThat().withCauseInstanceOf(
                DataAccessResourceFailureException.class);
        assertThat(patient).succeedsWithin(TIMEOUT).isEqualTo("patient");
        assertThat(batches).containsExactly(List.of("first"), List.of("patient"));
    }

    @Test
    void callsThatArriveDuringABatchFormTheNext() {
        var batcher = batcher(10, 10);
        var first = callInBackground(batcher, "first");
        var others = callInBackground(batcher, "a", "b", "c");
        assertThat(batches).containsExactly(List.of("first"));

        firstBatchMayEnd.countDown();
        assertThat(first).succeedsWithin(TIMEOUT).isEqualTo("first done");
        assertThat(others).map(BatcherTest::resultOf).containsExactly("a done", "b done", "c done");
        assertThat(batches).containsExactly(List.of("first"), List.of("a", "b", "c"));
    }

    @Test
    void aBatchThatWaitsTakesTheCallsThatArriveMeanwhile() {
        var pause = new AtomicReference<>(Duration.ZERO);
        var batcher = new Batcher<String, String>(10, 10, TIMEOUT, pause::get, batch -> {
            batches.add(batch);
            return batch;
        });
        assertThat(batcher.call("alone")).isEqualTo("alone");
        pause.set(Duration.ofMillis(500));
        var calls = callInBackground(batcher, "a", "b", "c");
        assertThat(calls).map(BatcherTest::resultOf).containsExactly("a", "b", "c");
        assertThat(batches).containsExactly(List.of("alone"), List.of("a", "b", "c"));
    }

    @Test
    void noBatchIsLargerThanTheLargest() {
        var batcher = batcher(2, 10);
        var _ = callInBackground(batcher, "first");
        var others = callInBackground(batcher, "a", "b", "c", "d", "e");

        firstBatchMayEnd.countDown();
        assertThat(others).map(BatcherTest::resultOf).containsExactly("a done", "b done", "c done", "d done", "e done");
        assertThat(batches).containsExactly(List.of("first"), List.of("a", "b"), List.of("c", "d"), List.of("e"));
    }

    @Test
    void rejectsACallWhenTooManyWait() {
        var batcher = batcher(10, 2);
        var _ = callInBackground(batcher, "first");
        var others = callInBackground(batcher, "a", "b");
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> batcher.call("one too many"));

        firstBatchMayEnd.countDown();
        assertThat(others).map(BatcherTest::resultOf).containsExactly("a done", "b done");
        assertThat(batcher.call("later")).isEqualTo("later done");
        assertThat(batches).containsExactly(List.of("first"), List.of("a", "b"), List.of("later"));
    }

    @Test
    void anItemThatTheDatabaseRejectsFailsAlone() {
        var batcher = batcher(10, 10);
        var _ = callInBackground(batcher, "first");
        var others = callInBackground(batcher, "a", "rejected", "b");

        firstBatchMayEnd.countDown();
        assertThat(others.get(0)).succeedsWithin(TIMEOUT).isEqualTo("a done");
        assertThat(others.get(1)).failsWithin(TIMEOUT).withThrowableThat()
                .withCauseInstanceOf(DataIntegrityViolationException.class);
        assertThat(others.get(2)).succeedsWithin(TIMEOUT).isEqualTo("b done");
        assertThat(batches).containsExactly(List.of("first"), List.of("a", "rejected", "b"), List.of("a"),
                List.of("rejected"), List.of("b"));
    }

    @Test
    void aDatabaseThatFailsIsAskedOnceAndFailsAll() {
        var batcher = batcher(10, 10);
        var _ = callInBackground(batcher, "first");
        var others = callInBackground(batcher, "a", "cut off", "b");

        firstBatchMayEnd.countDown();
        assertThat(others).allSatisfy(other -> assertThat(other).failsWithin(TIMEOUT).withThrowableThat()
                .withCauseInstanceOf(DataAccessResourceFailureException.class));
        assertThat(batches).containsExactly(List.of("first"), List.of("a", "cut off", "b"));
        assertThat(batcher.call("later")).isEqualTo("later done");
    }

    /** Calls in this order, each in a thread of its own; returns when all of them wait. */
    private static List<FutureTask<String>> callInBackground(Batcher<String, String> batcher, String... items) {
        return Stream.of(items).map(item -> callInBackground(batcher, item)).toList();
    }

    private static FutureTask<String> callInBackground(Batcher<String, String> batcher, String item) {
        return callInBackground(batcher, item, Deadline.NONE);
    }

    private static FutureTask<String> callInBackground(Batcher<String, String> batcher, String item,
            Deadline deadline) {
        var call = new FutureTask<>(() -> deadline.call(() -> batcher.call(item)));
        Thread caller = Thread.startVirtualThread(call);
        await().atMost(TIMEOUT).until(() -> caller.getState() == Thread.State.WAITING
                || caller.getState() == Thread.State.TIMED_WAITING);
        return call;
    }

    private static String resultOf(FutureTask<String> call) {
        assertThat(call).succeedsWithin(TIMEOUT);
        return call.resultNow();
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
