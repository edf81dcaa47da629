package dev.faultline.inventory.reservation.kafka;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.messaging.MessageConsumers;
import dev.faultline.messaging.MessageTopics;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/** The topics of the service and the consumer of its commands. */
@Configuration(proxyBeanMethods = false)
class InventoryConsumerConfiguration {

    @Bean
    NewTopics inventoryTopics(MessageTopics topics) {
        return topics.of(InventoryCommand.TOPIC, CheckoutReply.TOPIC);
    }

    @Bean
    ConcurrentMessageListenerContainer<String, byte[]> inventoryCommandsContainer(MessageConsumers consumers,
            InventoryCommands commands) {
        return consumers.container(InventoryCommand.TOPIC, "inventory-service", InventoryCommand.class, commands);
    }
}
