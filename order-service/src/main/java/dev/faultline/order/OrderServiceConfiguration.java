package dev.faultline.order;

import java.security.SecureRandom;
import java.time.Clock;

import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
import dev.faultline.order.ordering.CheckoutCompletions;
import dev.faultline.order.ordering.OrderIds;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.PlacingOrder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Wires the classes that do not depend on Spring. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
@EnableConfigurationProperties(CheckoutProperties.class)
class OrderServiceConfiguration {

    @Bean
    PlacingOrder placingOrder(Catalogue catalogue, Orders orders, CheckoutCompletions completions) {
        return new PlacingOrder(catalogue, orders, new OrderIds(Clock.systemUTC(), new SecureRandom()), completions);
    }
}
