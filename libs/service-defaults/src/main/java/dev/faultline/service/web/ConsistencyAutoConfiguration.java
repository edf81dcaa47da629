package dev.faultline.service.web;

import dev.faultline.sharding.ConsistentReads;
import dev.faultline.sharding.ShardingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** Lets the clients of services with shards choose how fresh their reads are, and how long they wait for them. */
@AutoConfiguration(after = ShardingAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(ConsistentReads.class)
@ConditionalOnBean(ConsistentReads.class)
public class ConsistencyAutoConfiguration {

    @Bean
    ConsistencyHeaders consistencyHeaders(ConsistentReads reads) {
        return new ConsistencyHeaders(reads);
    }

    @Bean
    DeadlineFilter deadlineFilter() {
        return new DeadlineFilter();
    }
}
