package dev.faultline.order.checkout.kafka;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.messaging.MessageConsumers;
import dev.faultline.messaging.MessageTopics;
import dev.faultline.order.checkout.jdbc.JdbcCheckouts;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/** Applies the participants' replies to their checkouts. */
@Configuration(proxyBeanMethods = false)
class CheckoutListener {

    @Bean
    NewTopics topics(MessageTopics topics) {
        return topics.of(CheckoutReply.TOPIC, InventoryCommand.TOPIC, PaymentCommand.TOPIC);
    }

    @Bean
    ConcurrentMessageListenerContainer<String, byte[]> checkoutReplies(MessageConsumers consumers,
            JdbcCheckouts checkouts) {
        return consumers.container(CheckoutReply.TOPIC, "order-service", CheckoutReply.class, checkouts::advance);
    }
}
