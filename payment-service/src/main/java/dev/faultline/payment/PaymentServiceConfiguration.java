package dev.faultline.payment;

import java.util.concurrent.TimeUnit;

import dev.faultline.payment.paying.Acquirer;
import dev.faultline.payment.paying.Payments;
import dev.faultline.payment.paying.ProcessingPayments;
import dev.faultline.payment.paying.SupersededException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Wires the classes that do not depend on Spring. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
class PaymentServiceConfiguration {
    private static final Logger log = LoggerFactory.getLogger(PaymentServiceConfiguration.class);

    @Bean
    ProcessingPayments processingPayments(Payments payments, Acquirer acquirer) {
        return new ProcessingPayments(payments, acquirer, new VirtualThreadTaskExecutor("acquirer-"));
    }

    /** Runs on every instance; leases prevent duplicate work. */
    @Component
    static class OverdueVoids {
        private final ProcessingPayments payments;

        OverdueVoids(ProcessingPayments payments) {
            this.payments = payments;
        }

        @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
        void retry() {
            try {
                payments.retryOverdueVoids();
            } catch (SupersededException e) {
                log.info("Overdue voids were leased again: {}", e.getMessage());
            }
        }
    }
}
