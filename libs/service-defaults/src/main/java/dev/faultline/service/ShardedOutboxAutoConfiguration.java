package dev.faultline.service;

import dev.faultline.messaging.OutboxDatabase;
import dev.faultline.messaging.OutboxDatabases;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.ShardingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Configures one outbox per shard for services with shards and messaging. */
@AutoConfiguration(after = ShardingAutoConfiguration.class, beforeName = "dev.faultline.messaging.MessagingAutoConfiguration")
@ConditionalOnClass({ShardDatabases.class, OutboxDatabases.class})
@ConditionalOnBean(ShardDatabases.class)
public class ShardedOutboxAutoConfiguration {

    @Bean
    OutboxDatabases outboxDatabases(ShardDatabases shards) {
        var databases = shards.all().stream().map(shard -> new OutboxDatabase(shard.shard().value(), shard.jdbcUrl(),
                shard.user(), shard.password())).toList();
        return () -> databases;
    }
}
