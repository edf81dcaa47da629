package dev.faultline.experiments.scaling;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.lab.Nodes;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadOrders;

/** Orders that are placed all at once, and the time until payment-service has charged the last of them. */
final class OrderBursts {
    private static final String CONFIRMED = "CONFIRMED";
    private static final Duration WAIT = Duration.ofSeconds(10);

    private static final Duration REST = Duration.ofSeconds(4);

    private final PlatformClient client;
    private final LoadOrders orders;
    private final Nodes nodes;
    private long next;
    /** In a second, of an instance. */
    private double idleMs;

    OrderBursts(PlatformClient client, Nodes nodes) {
        this.client = client;
        this.orders = new LoadOrders(client, "experiment");
        this.nodes = nodes;
    }

    void stock(int count) {
        orders.stock("", count);
    }

    /**
     * @param seconds from the first placement until the last outcome
     * @param cpuMs   of the instances that worked on it, beyond what they take when there is nothing to do
     */
    record Burst(int orders, int confirmed, double seconds, double cpuMs) {
        double perSecond() {
            return confirmed / seconds;
        }

        double cpuPerOrder() {
            return cpuMs / orders;
        }
    }

    /** Measures what an instance takes when there is nothing to do: health checks, metrics, polls. */
    double rest(List<String> instances) {
        double before = cpuMs(instances);
        Polling.sleep(REST);
        idleMs = (cpuMs(instances) - before) / instances.size() / REST.toSeconds();
        return idleMs;
    }

    /** @param instances of payment-service, which run */
    Burst run(int count, List<String> instances) {
        double cpuBefore = cpuMs(instances);
        long start = System.nanoTime();
        int confirmed = 0;
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            long first = next;
            next += count;
            for (var outcome : IntStream.range(0, count).mapToObj(number -> clients.submit(() -> isConfirmed(first
                    + number))).toList()) {
                confirmed += outcome.get() ? 1 : 0;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        } catch (ExecutionException e) {
            throw new FaultlineException("An order was not placed: " + e.getCause(), e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Burst(count, confirmed, seconds, cpuMs(instances) - cpuBefore - seconds * idleMs * instances.size());
    }

    private boolean isConfirmed(long number) {
        Order order = orders.place(number, WAIT);
        return order.isComplete() ? order.status().equals(CONFIRMED) : Polling.until(WAIT, () -> client.order(order
                .id()).status().equals(CONFIRMED));
    }

    private double cpuMs(List<String> instances) {
        return instances.stream().mapToDouble(node -> nodes.metric(node, "process_cpu_time_ns_total")).sum() / 1e6;
    }
}
