package dev.faultline.sharding;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.DiscoveryAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The shards of an application that sets {@code faultline.database.name}. Once these beans are created, the databases
 * are migrated and each shard knows the buckets that it owns.
 */
@AutoConfiguration(after = DiscoveryAutoConfiguration.class)
@ConditionalOnProperty("faultline.database.name")
@EnableConfigurationProperties(ShardingProperties.class)
public class ShardingAutoConfiguration {

    @Bean
    ShardDatabases shardDatabases(ShardingProperties properties) {
        ShardDatabases databases = properties.databases();
        databases.all().parallelStream().forEach(ShardSchema::migrate);
        return databases;
    }

    @Bean
    ConsulShardMaps shardMaps(ShardingProperties properties, ShardDatabases databases, Consul consul) {
        var names = databases.all().stream().map(ShardDatabase::shard).toList();
        var maps = new ConsulShardMaps(consul, properties.database().name(), names);
        databases.all().forEach(database -> ShardSchema.claim(database, maps.current()));
        return maps;
    }

    @Bean
    ShardPools shardPools(ShardingProperties properties, ShardDatabases databases,
            ObjectProvider<MeterRegistry> metrics) {
        return ShardPools.open(databases, properties.database().poolSize(), metrics.getIfAvailable());
    }

    @Bean
    InDoubtTransactions inDoubtTransactions(ShardingProperties properties, ShardPools pools) {
        var transactions = new InDoubtTransactions(properties.database().name(), pools.byShard());
        transactions.start();
        return transactions;
    }

    @Bean
    Shards shards(ShardingProperties properties, ShardPools pools, ShardMaps maps) {
        return new PooledShards(pools.byShard(), maps, new TwoPhaseCommit(properties.database().name()));
    }
}
