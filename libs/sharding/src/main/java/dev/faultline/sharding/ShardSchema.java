package dev.faultline.sharding;

import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Initializes a shard's database: its tables, its identity and, once, the buckets that it owns. */
final class ShardSchema {
    private static final int CONNECT_RETRIES = 30;

    private ShardSchema() {}

    /** Concurrent migrations are serialized by Flyway's lock. */
    static void migrate(ShardDatabase database) {
        Flyway.configure().dataSource(database.jdbcUrl(), database.user(), database.password())
                .connectRetries(CONNECT_RETRIES).connectRetriesInterval(1).load().migrate();
    }

    /**
     * Records the shard's name in the database, unless it is recorded already, and assigns it the buckets of the
     * initial map. Afterwards ownership changes only when buckets move.
     *
     * @throws IllegalStateException if the database belongs to another shard
     */
    static void claim(ShardDatabase database, ShardMap map) {
        var dataSource = new DriverManagerDataSource(database.jdbcUrl(), database.user(), database.password());
        var jdbc = JdbcClient.create(dataSource);
        new TransactionTemplate(new DataSourceTransactionManager(dataSource)).executeWithoutResult(_ -> {
            int claimed = jdbc.sql("insert into shard_identity (name) values (?) on conflict do nothing")
                    .param(database.shard().value()).update();
            String name = jdbc.sql("select name from shard_identity").query(String.class).single();
            if (!name.equals(database.shard().value())) {
                throw new IllegalStateException("faultline.shards: the database at " + database.jdbcUrl()
                        + " belongs to " + name + ", not to " + database.shard());
            }
            var owned = map.owners().get(database.shard());
            if (claimed == 1 && map.epoch() == 1 && owned != null) {
                jdbc.sql("insert into bucket_ownership (bucket, epoch) select unnest(?), 1")
                        .param(owned.stream().mapToInt(Integer::intValue).toArray()).update();
            }
        });
    }
}
