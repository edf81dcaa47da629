package dev.faultline.messaging;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.faultline.messaging.Greeting.Hello;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class StandaloneMessagingTest {

    @Test
    void relaysAndConsumesWithoutSpringBoot() throws SQLException {
        String topic = Topics.create(1);
        var handled = new ConcurrentLinkedQueue<Greeting>();
        try (var fixture = new OutboxFixture(); var messaging = new StandaloneMessaging(Topics.connection())) {
            OutboxRelays relays = messaging.relays(List.of(fixture.outboxDatabase()));
            var consumer = messaging.consumers().container(topic, "standalone", Greeting.class, batch -> batch.forEach(
                    message -> handled.add(message.payload())));
            relays.start();
            consumer.start();
            try {
                fixture.send(new OutgoingMessage(topic, "a", new Hello("a", 1)));

                await().atMost(Duration.ofSeconds(60)).until(() -> handled.contains(new Hello("a", 1)));
            } finally {
                consumer.stop();
                relays.stop();
            }
        }
    }
}
