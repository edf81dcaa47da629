package dev.faultline.sharding;

import java.time.Duration;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.DiscoveryAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
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
    ShardPools shardPools(ShardingProperties properties, ShardDatabases databases,
            ObjectProvider<MeterRegistry> metrics) {
        return ShardPools.open(databases, properties.database().poolSize(), metrics.getIfAvailable());
    }

    /** If Consul has no map, it is what the shards own, or the first one if they own nothing yet. */
    @Bean
    ConsulShardMaps shardMaps(ShardingProperties properties, ShardDatabases databases, ShardPools pools,
            Consul consul) {
        var maps = new ConsulShardMaps(consul, properties.database().name(), () -> {
            Ownership ownership = Ownership.read(pools.byShard());
            return ownership.isEmpty() ? ShardMap.initial(pools.byShard().navigableKeySet()) : ownership.asMap(1);
        });
        databases.all().forEach(database -> ShardSchema.claim(database, maps.current()));
        return maps;
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

    /** @param wait how long a read waits for a standby that is behind, before the primary answers */
    @Bean
    ConsistentReads consistentReads(ShardingProperties properties, ShardPools pools, ShardMaps maps,
            ObjectProvider<MeterRegistry> metrics,
            @Value("${faultline.session-reads.longest-wait:100ms}") Duration wait) {
        return ConsistentReads.open(properties.database().name(), pools, properties.replicas(), maps, wait, metrics
                .getIfAvailable());
    }

    @Bean
    ShardPlans shardPlans(ShardingProperties properties, Consul consul) {
        return new ShardPlans(consul, properties.database().name());
    }

    /** @param rowsPerSecond the pace of a move */
    @Bean
    @ConditionalOnBean(BucketTables.class)
    Resharding resharding(ShardingProperties properties, ShardPools pools, ShardMaps maps, ShardPlans plans,
            BucketTables tables, @Value("${faultline.resharding.rows-per-second:20000}") int rowsPerSecond) {
        var mover = new BucketMover(pools.byShard(), tables, new TwoPhaseCommit(properties.database().name()),
                rowsPerSecond, _ -> {});
        return new Resharding(pools.byShard(), maps, plans, mover);
    }

    @Bean
    @ConditionalOnBean(Resharding.class)
    ReshardingLeader reshardingLeader(ShardingProperties properties, Consul consul, Resharding resharding,
            ShardPlans plans, @Value("${faultline.instance}") String instance) {
        return new ReshardingLeader(consul, properties.database().name(), instance, resharding, plans);
    }
}
