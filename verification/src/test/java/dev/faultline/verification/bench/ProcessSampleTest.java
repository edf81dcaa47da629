package dev.faultline.verification.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import dev.faultline.verification.bench.ProcFs.Usage;
import org.junit.jupiter.api.Test;

class ProcessSampleTest {
    private static final Map<Long, String> NAMES = Map.of(1L, "order-service", 2L, "order-service", 3L, "Kafka");

    private final ProcessSample before = new ProcessSample(10_000, NAMES, Map.of(1L, new Usage(100, 20, 10), 3L,
            new Usage(50, 0, 5)));
    private final ProcessSample after = new ProcessSample(11_000, NAMES, Map.of(1L, new Usage(400, 120, 30), 2L,
            new Usage(60, 10, 7), 3L, new Usage(90, 5, 6)));

    @Test
    void sumsInstancesAndKeepsCompilersApart() {
        assertThat(after.cpuSince(before)).containsEntry("order-service", 250.0).containsEntry("Kafka", 35.0)
                .containsEntry("Consul", 0.0).containsEntry(ProcessSample.COMPILERS, 115.0)
                .containsEntry(ProcessSample.OTHERS, 600.0).containsEntry(ProcessSample.MACHINE, 1_000.0);
        assertThat(after.contextSwitchesSince(before)).containsEntry("order-service", 27.0)
                .containsEntry("all of these", 28.0);
    }

    @Test
    void namesPostgresProcessesByTheirDatabase() {
        assertThat(PlatformProcesses.ofPostgres("postgres: orders orders 127.0.0.1(4711) idle"))
                .isEqualTo("PostgreSQL orders");
        assertThat(PlatformProcesses.ofPostgres("postgres: walsender payments payments 127.0.0.1(1) START_REPLICATION"))
                .isEqualTo("PostgreSQL WAL senders");
        assertThat(PlatformProcesses.ofPostgres("postgres: checkpointer ")).isEqualTo("PostgreSQL, rest");
    }

    @Test
    void namesNodesByTheirService() {
        assertThat(PlatformProcesses.nameOf("order-service-2")).isEqualTo("order-service");
        assertThat(PlatformProcesses.nameOf("kafka-1")).isEqualTo("Kafka");
    }
}
