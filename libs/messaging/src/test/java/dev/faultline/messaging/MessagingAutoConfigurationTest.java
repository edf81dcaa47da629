package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.faultline.messaging.Greeting.Farewell.Goodbye;
import dev.faultline.messaging.Greeting.Hello;
import dev.faultline.testing.Kafka;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/** Tests a service that uses outbox and consumers. */
@Tag("integration")
class MessagingAutoConfigurationTest {
    private final OutboxFixture database = new OutboxFixture();

    @AfterEach
    void close() {
        database.close();
    }

    record Seen(ReceivedMessage<Greeting> message, @Nullable String traceId, @Nullable String loggedTraceId) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Service {
        final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

        @Bean
        KafkaAdmin.NewTopics topics(MessageTopics topics) {
            return topics.of("greetings");
        }

        @Bean
        ConcurrentMessageListenerContainer<String, byte[]> greetings(MessageConsumers consumers, Outbox outbox,
                MessageTracing tracing, Tracer tracer, OutboxFixture database) {
            return consumers.container("greetings", "service", Greeting.class, batch -> {
                try (Connection transaction = database.transaction()) {
                    for (ReceivedMessage<Greeting> message : batch) {
                        tracing.runInSpan(message, () -> seen.add(new Seen(message, traceId(tracer), MDC.get(
                                "traceId"))));
                        if (message.payload() instanceof Hello hello) {
                            outbox.append(transaction,
                                    List.of(message.reply("greetings", hello.to(), new Goodbye(hello.to()))));
                        }
                    }
                    transaction.commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        private static @Nullable String traceId(Tracer tracer) {
            Span span = tracer.currentSpan();
            return span == null ? null : span.context().traceId();
        }
    }

    @Test
    void carriesMessagesAndTheirTraceThroughAService() throws Exception {
        try (ConfigurableApplicationContext service = start()) {
            var seen = service.getBean(Service.class).seen;
            Tracer tracer = service.getBean(Tracer.class);
            Span span = tracer.nextSpan().start();
            try (var _ = tracer.withSpan(span); Connection transaction = database.transaction()) {
                service.getBean(Outbox.class).append(transaction,
                        List.of(new OutgoingMessage("greetings", "a", new Hello("a", 1))));
                transaction.commit();
            } finally {
                span.end();
            }

            Seen hello = next(seen);
            Seen goodbye = next(seen);
            assertThat(hello.message().payload()).isEqualTo(new Hello("a", 1));
            assertThat(goodbye.message().payload()).isEqualTo(new Goodbye("a"));
            String traceId = span.context().traceId();
            assertThat(hello.traceId()).isEqualTo(traceId);
            assertThat(hello.loggedTraceId()).isEqualTo(traceId);
            assertThat(hello.message().traceparent()).startsWith("00-" + traceId).endsWith("-01")
                    .doesNotContain(span.context().spanId());
            assertThat(goodbye.traceId()).isEqualTo(traceId);
            assertThat(goodbye.message().traceparent()).isNotEqualTo(hello.message().traceparent());
        }
    }

    @Test
    void declaresATopicAndItsDeadLettersWithTheirRetention() throws Exception {
        try (var _ = start(); var admin = Admin.create(Topics.connection())) {
            assertThat(admin.describeTopics(List.of("greetings", "greetings.dead-letters")).allTopicNames().get()
                    .values()).allSatisfy(topic -> assertThat(topic.partitions()).hasSize(8));
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, "greetings");
            assertThat(admin.describeConfigs(List.of(resource)).all().get()).hasEntrySatisfying(resource,
                    settings -> assertThat(settings.get("retention.ms").value())
                            .isEqualTo(Long.toString(Duration.ofDays(3).toMillis())));
        }
    }

    @Test
    void isReadyToSendWhenTheServiceHasStarted() throws Exception {
        try (var service = start()) {
            assertThat(database.query("select slot_name from pg_replication_slots where confirmed_flush_lsn is not null"
                    + " and slot_name = '" + database.slot() + "'")).isEqualTo(database.slot());
            OutboxRelay relay = service.getBean(OutboxRelays.class).all().getFirst();
            await().until(relay::isActive);
        }
        await().until(() -> database.query("select active from pg_replication_slots where slot_name = '"
                + database.slot() + "'").equals("f"));
    }

    @Test
    void doesNotStartWithAnInvalidSetting() {
        assertThatThrownBy(() -> start("--faultline.messaging.outbox.batch-interval=2s"))
                .rootCause().hasMessage("faultline.messaging.outbox.batch-interval must not exceed confirm-interval");
        assertThatThrownBy(() -> start("--faultline.messaging.outbox.max-in-flight=0"))
                .rootCause().hasMessage("faultline.messaging.outbox.max-in-flight must be positive");
    }

    private ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(Service.class)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("database", database);
                    context.getBeanFactory().registerSingleton("databases",
                            (OutboxDatabases) () -> List.of(database.outboxDatabase()));
                })
                .properties(Map.of("spring.kafka.bootstrap-servers", Kafka.shared().bootstrapServers(),
                        "management.tracing.sampling.probability", "1", "spring.main.web-application-type", "none",
                        "spring.main.banner-mode", "off", "logging.level.org.apache.kafka", "warn"))
                .run(arguments);
    }

    private static Seen next(BlockingQueue<Seen> seen) throws InterruptedException {
        Seen next = seen.poll(60, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return java.util.Objects.requireNonNull(next);
    }
}
