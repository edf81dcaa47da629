package dev.faultline.service;

import dev.faultline.sharding.Resharding;
import dev.faultline.sharding.ShardingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Exposes the shards of services that have some. */
@AutoConfiguration(after = ShardingAutoConfiguration.class)
@ConditionalOnClass(Resharding.class)
@ConditionalOnBean(Resharding.class)
public class ShardsEndpointAutoConfiguration {

    @Bean
    ShardsEndpoint shardsEndpoint(Resharding resharding) {
        return new ShardsEndpoint(resharding);
    }
}
