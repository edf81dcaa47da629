package dev.faultline.order;

import java.security.SecureRandom;
import java.time.Clock;

import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
import dev.faultline.order.ordering.CheckoutCompletions;
import dev.faultline.order.ordering.OrderIds;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.PlacingOrder;
import dev.faultline.service.time.CorrectedClock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Wires the classes that do not depend on Spring. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
@EnableConfigurationProperties(CheckoutProperties.class)
class OrderServiceConfiguration {

    /** The shards' time, in which orders are listed; kept by ShardTime. */
    @Bean
    CorrectedClock shardClock(Clock clock) {
        return new CorrectedClock(clock);
    }

    @Bean
    PlacingOrder placingOrder(Catalogue catalogue, Orders orders, CheckoutCompletions completions,
            CorrectedClock shardClock) {
        return new PlacingOrder(catalogue, orders, new OrderIds(shardClock, new SecureRandom()), completions);
    }
}
