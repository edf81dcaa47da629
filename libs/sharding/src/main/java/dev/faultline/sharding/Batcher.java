package dev.faultline.sharding;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.TransientDataAccessResourceException;

/**
 * Joins concurrent calls into batches. A call that finds no batch in progress leads one; calls that arrive until it begins
 * are part of it, later ones form the next. So an idle system waits for nothing, and the busier it is, the larger the
 * batches become. One batch is in progress at a time, run by one of its callers. A call that has waited until its caller's
 * {@link Deadline} is not executed, and a batch has until the latest deadline of its calls. Thread-safe.
 *
 * @see <a href="https://doi.org/10.1145/602259.602261">DeWitt et al.: Implementation Techniques for Main Memory Database
 *      Systems, 1984 (group commit)</a>
 */
public final class Batcher<I, R> {
    private final int largest;
    private final int mostWaiting;
    private final Duration longestWait;
    private final Supplier<Duration> pause;
    private final Function<List<I>, List<R>> work;
    private final Deque<Call<I, R>> waiting = new ArrayDeque<>();
    private boolean inProgress;

    /**
     * @param largest calls in one batch
     * @param mostWaiting calls that may wait for their batch to begin; further ones are rejected
     * @param longestWait for a batch to begin: longer than that the one in progress is stuck
     * @param pause how long the batch that is about to begin waits for further calls
     * @param work takes a batch and returns a result for each of its items, in their order
     */
    public Batcher(int largest, int mostWaiting, Duration longestWait, Supplier<Duration> pause,
            Function<List<I>, List<R>> work) {
        this.largest = largest;
        this.mostWaiting = mostWaiting;
        this.longestWait = longestWait;
        this.pause = pause;
        this.work = work;
    }

    /** One caller: it waits for its result, or for its turn to run the batch that it is the first of. */
    private static final class Call<I, R> {
        private final I item;
        private final Deadline deadline = Deadline.current();
        /** Whether it leads the next batch; otherwise its batch is done. */
        private final CompletableFuture<Boolean> turn = new CompletableFuture<>();
        private final CompletableFuture<R> result = new CompletableFuture<>();

        Call(I item) {
            this.item = item;
        }
    }

    /**
     * The item's result, when the batch that contains it is done. Blocks; throws what the work threw. An item that the
     * database rejects does not fail the others of its batch.
     *
     * @throws RejectedExecutionException if too many calls wait already; nothing was done
     * @throws TransientDataAccessResourceException if the batch did not begin in time; nothing was done
     * @throws DataAccessException if the database failed, also for a batch before this one's that took longer to fail than
     *         this call's {@link Deadline} leaves; then nothing was done
     */
    public R call(I item) {
        var call = new Call<I, R>(item);
        if (join(call) || awaitTurn(call)) {
            try {
                pause();
                run(form(call));
            } finally {
                handOver();
            }
        }
        try {
            return call.result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Whether no batch is in progress, so that this call leads the next. */
    private synchronized boolean join(Call<I, R> call) {
        if (!inProgress) {
            inProgress = true;
            return true;
        }
        if (waiting.size() >= mostWaiting) {
            throw new RejectedExecutionException(mostWaiting + " calls wait already");
        }
        waiting.add(call);
        return false;
    }

    private boolean awaitTurn(Call<I, R> call) {
        try {
            return call.turn.get(Math.min(longestWait.toNanos(), call.deadline.left().toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            if (leave(call)) {
                throw new TransientDataAccessResourceException("the batch in progress has not ended in time", e);
            }
            return call.turn.join(); // its batch is in progress
        } catch (ExecutionException e) {
            throw new AssertionError("turns do not fail", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (leave(call)) {
                throw new TransientDataAccessResourceException("interrupted before the batch began", e);
            }
            return call.turn.join();
        }
    }

    private synchronized boolean leave(Call<I, R> call) {
        return waiting.remove(call);
    }

    private void pause() {
        try {
            Thread.sleep(pause.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<Call<I, R>> form(Call<I, R> first) {
        var batch = new ArrayList<Call<I, R>>();
        batch.add(first);
        while (batch.size() < largest && !waiting.isEmpty()) {
            Call<I, R> next = waiting.removeFirst();
            if (next.deadline.hasPassed()) { // and its caller has not noticed yet
                next.result.completeExceptionally(new TransientDataAccessResourceException("its deadline has passed"));
                next.turn.complete(false);
            } else {
                batch.add(next);
            }
        }
        return batch;
    }

    private void run(List<Call<I, R>> batch) {
        long start = System.nanoTime();
        try {
            Deadline latest = batch.stream().map(call -> call.deadline).reduce(Deadline::or).orElseThrow();
            List<I> items = batch.stream().map(call -> call.item).toList();
            List<R> results = latest.call(() -> work.apply(items));
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).result.complete(results.get(i));
            }
        } catch (RuntimeException | Error failure) {
            if (batch.size() > 1 && isOfOneItem(failure)) {
                batch.forEach(call -> run(List.of(call)));
            } else {
                batch.forEach(call -> call.result.completeExceptionally(failure));
                if (!isOfOneItem(failure)) {
                    failThoseWithLess(Duration.ofNanos(System.nanoTime() - start), failure);
                }
            }
        } finally {
            batch.forEach(call -> call.turn.complete(false));
        }
    }

    /** A call that has less time left than the database took to fail would not learn that it fails again. */
    private void failThoseWithLess(Duration time, Throwable failure) {
        List<Call<I, R>> failed;
        synchronized (this) {
            failed = waiting.stream().filter(call -> call.deadline.left().compareTo(time) < 0).toList();
            waiting.removeAll(failed);
        }
        failed.forEach(call -> {
            call.result.completeExceptionally(failure);
            call.turn.complete(false);
        });
    }

    /** A database that fails, fails for all. */
    private static boolean isOfOneItem(Throwable failure) {
        return failure instanceof DataIntegrityViolationException || !(failure instanceof DataAccessException);
    }

    private void handOver() {
        Call<I, R> next;
        synchronized (this) {
            next = waiting.pollFirst();
            inProgress = next != null;
        }
        if (next != null) {
            next.turn.complete(true);
        }
    }
}
