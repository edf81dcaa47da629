package dev.faultline.sharding;

import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Prepares a shard's database: its tables, its identity, and at the very beginning the buckets it owns. */
final class ShardSchema {
    private static final int CONNECT_RETRIES = 30;

    private ShardSchema() {}

    /** Migrations of several instances at the same time wait for each other. */
    static void migrate(ShardDatabase database) {
        Flyway.configure().dataSource(database.jdbcUrl(), database.user(), database.password())
                .connectRetries(CONNECT_RETRIES).connectRetriesInterval(1).load().migrate();
    }

    /**
     * Says which shard this database is, if nobody has yet, and gives it the buckets that the first map has for it;
     * later owners are made only by moving buckets.
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
                        + " is that of "
                        + name + ", not of " + database.shard());
            }
            var owned = map.owners().get(database.shard());
            if (claimed == 1 && map.epoch() == 1 && owned != null) {
                jdbc.sql("insert into bucket_ownership (bucket, epoch) select unnest(?), 1")
                        .param(owned.stream().mapToInt(Integer::intValue).toArray()).update();
            }
        });
    }
}
