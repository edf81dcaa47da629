package dev.faultline.payment.paying.kafka;

import java.util.List;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.messaging.MessageConsumers;
import dev.faultline.messaging.MessageTopics;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.messaging.RetryLaterException;
import dev.faultline.payment.paying.Payments.ReceivedCommand;
import dev.faultline.payment.paying.ProcessingPayments;
import dev.faultline.payment.paying.SupersededException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/** Executes the checkouts' commands. */
@Configuration(proxyBeanMethods = false)
class PaymentCommands {

    @Bean
    NewTopics paymentTopics(MessageTopics topics) {
        return topics.of(PaymentCommand.TOPIC, CheckoutReply.TOPIC);
    }

    @Bean
    ConcurrentMessageListenerContainer<String, byte[]> paymentCommandContainer(MessageConsumers consumers,
            ProcessingPayments payments) {
        return consumers.container(PaymentCommand.TOPIC, "payment-service", PaymentCommand.class,
                batch -> process(payments, batch));
    }

    private static void process(ProcessingPayments payments, List<ReceivedMessage<PaymentCommand>> batch) {
        try {
            payments.process(batch.stream()
                    .map(message -> new ReceivedCommand(message.payload(), message.traceparent())).toList());
        } catch (SupersededException e) {
            throw new RetryLaterException("another instance has leased the same payments", e);
        }
    }
}
