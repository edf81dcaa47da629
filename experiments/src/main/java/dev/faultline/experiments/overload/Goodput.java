package dev.faultline.experiments.overload;

import java.util.List;
import java.util.stream.IntStream;

import dev.faultline.experiments.lab.Traffic.Request;

/**
 * Requests that were answered in each second.
 *
 * @param perSecond by when the answer arrived; the first element is the first second
 */
record Goodput(List<Integer> perSecond) {
    private static final double RECOVERED = 0.8;

    /** @param seconds after which nothing is counted, because no further request was sent */
    static Goodput of(List<Request> requests, int seconds) {
        int[] answered = new int[seconds];
        requests.stream().filter(request -> !request.hasFailed()).mapToInt(request -> (int) ((request.dueMs() + request
                .tookMs()) / 1_000)).filter(second -> second < seconds).forEach(second -> answered[second]++);
        return new Goodput(IntStream.of(answered).boxed().toList());
    }

    /** A second, from the first of these seconds to before the last. */
    double average(int from, int to) {
        return perSecond.subList(from, to).stream().mapToInt(Integer::intValue).average().orElse(0);
    }

    /**
     * Seconds from this one on until no later second is below 80 % of a rate.
     *
     * @return the number of all remaining seconds if the last one is below it
     */
    int recovery(int from, double rate) {
        int last = perSecond.size() - 1;
        while (last >= from && perSecond.get(last) >= RECOVERED * rate) {
            last--;
        }
        return last + 1 - from;
    }
}
