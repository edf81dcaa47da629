package dev.faultline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import dev.faultline.local.client.Money;
import dev.faultline.local.client.OpenLoop;
import dev.faultline.local.client.Order;
import dev.faultline.local.client.PlaceOrder;
import dev.faultline.local.client.Platform;
import dev.faultline.local.parts.Cache;
import dev.faultline.local.parts.KafkaAotCache;
import dev.faultline.local.parts.Launch;
import dev.faultline.local.parts.Part;
import dev.faultline.local.parts.PostgresServer;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.parts.RunningPart;

/**
 * Makes the ahead-of-time caches of services and broker: runs one of each, in a directory of its own that is deleted
 * afterwards, takes real orders through them, and has each JVM write down what it loaded, linked and learned about its
 * hot code. A later start finds all that done.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514: Ahead-of-Time Command-Line Ergonomics</a>
 * @see <a href="https://openjdk.org/jeps/515">JEP 515: Ahead-of-Time Method Profiling</a>
 */
final class Training {
    private static final String REPORTER = "training";
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(60);
    private static final Duration ORDERS = Duration.ofSeconds(15);
    private static final int ORDERS_PER_SECOND = 20;

    private final Path directory;
    private final Cache cache;
    private final Progress progress;
    private final KafkaAotCache kafka;

    /** @param directory for everything that is not kept */
    Training(Path directory, Cache cache, Progress progress) {
        this.directory = directory;
        this.cache = cache;
        this.progress = progress;
        this.kafka = KafkaAotCache.of(cache);
    }

    /** Makes what is missing. Without success everything starts without caches, several times slower. */
    void run(Collection<Application> applications) {
        if (kafka.isMade() && applications.stream().allMatch(Application::isTrained)) {
            return;
        }
        long begin = System.nanoTime();
        progress.report(REPORTER, "making ahead-of-time caches from a few hundred orders, once per build");
        try {
            Cache.deleteTree(directory);
            if (kafka.isMade()) {
                run(applications, kafka);
            } else {
                kafka.make(recording -> run(applications, recording));
            }
            Cache.deleteTree(directory);
            progress.report(REPORTER, "done (%.1f s): starts take a fraction of the time from now on"
                    .formatted((System.nanoTime() - begin) / 1e9));
        } catch (IOException | RefusedException e) {
            progress.report(REPORTER, "failed, so everything starts slower; its files are in " + directory + ": "
                    + e.getMessage());
        }
    }

    private void run(Collection<Application> applications, KafkaAotCache broker) throws IOException {
        var layout = new Layout(new Home(directory), Settings.fresh(Ports.free()), cache, broker,
                (name, line) -> progress.report(REPORTER, name + ": " + line));
        var running = new ConcurrentHashMap<String, RunningPart>();
        var recorded = new LinkedHashMap<Path, Path>();
        try {
            Together.run(layout.parts().stream().<Runnable>map(part -> () -> start(part, layout, running)).toList());
            start(layout.services().stream().filter(Service::isFirst).toList(), applications, running, recorded);
            takeOrders(layout);
        } finally {
            progress.report(REPORTER, "stopping the services, which write their caches");
            // The services before what they need.
            stop(layout.services().stream().map(Service::name), running);
            stop(layout.parts().stream().map(Part::name), running);
        }
        for (Map.Entry<Path, Path> one : recorded.entrySet()) {
            if (!Files.exists(one.getKey())) {
                throw new IOException("a JVM left no " + one.getKey());
            }
            Files.move(one.getKey(), one.getValue(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private void start(Part part, Layout layout, Map<String, RunningPart> running) {
        running.put(part.name(), RunningPart.start(part, log(part.name()), START));
        if (part instanceof PostgresServer shard) {
            layout.createDatabases(shard);
        }
    }

    /** All at once; a service registers by itself, so their order does not matter. */
    private void start(List<Service> services, Collection<Application> applications, Map<String, RunningPart> running,
            Map<Path, Path> recorded) {
        progress.report(REPORTER, "starting the services, without caches still");
        var starts = new ArrayList<Runnable>();
        for (Service service : services) {
            Application application = applications.stream().filter(one -> one.name().equals(service.application()))
                    .findFirst().orElseThrow();
            Path output = application.directory().resolve("recorded.aot");
            recorded.put(output, application.cache());
            var launch = new Launch(application.recordingCommand(service.heap(), output), service.environment(),
                    directory, "TERM");
            starts.add(() -> running.put(service.name(),
                    RunningPart.start(service.name(), launch, service.readiness(), log(service.name()), START)));
        }
        Together.run(starts);
    }

    /** Confirmed ones, declined ones and ones that are out of stock, and the look-ups. */
    private void takeOrders(Layout layout) {
        progress.report(REPORTER, "taking orders");
        try (var platform = new Platform(layout.service(Layout.GATEWAY).url())) {
            if (!Waiting.until(FIRST_ANSWER, () -> stocks(platform))) {
                throw new RefusedException("the platform did not answer");
            }
            OpenLoop.of(platform, "training", Training::order).run(ORDERS_PER_SECOND, ORDERS, _ -> {});
            for (int i = 0; i < ORDERS_PER_SECOND; i++) {
                platform.orders("customer-" + i, 10).forEach(order -> platform.order(order.id()));
            }
        }
    }

    /** A gateway that has just started does not know every service yet. */
    private static boolean stocks(Platform platform) {
        try {
            for (String sku : List.of("PLENTY-1", "PLENTY-2", "NONE")) {
                platform.putProduct(sku, sku, new Money(100, "EUR"));
            }
            platform.receiveStock("PLENTY-1", "all", 100_000);
            platform.receiveStock("PLENTY-2", "all", 100_000);
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    private static PlaceOrder order(long number) {
        var lines = new ArrayList<>(List.of(new Order.Line("PLENTY-1", 1), new Order.Line("PLENTY-2", 2)));
        if (number % 16 == 0) {
            lines.add(new Order.Line("NONE", 1));
        }
        return new PlaceOrder("customer-" + number % 100, number % 16 == 8 ? "card-declined" : "card-visa", lines);
    }

    private static void stop(Stream<String> names, Map<String, RunningPart> running) {
        Together.run(names.map(running::remove).filter(Objects::nonNull).<Runnable>map(part -> part::close)
                .toList());
    }

    private Path log(String name) {
        return directory.resolve(name + ".log");
    }
}
