package dev.faultline.sharding;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Every table of a service that has rows of buckets. A service declares one as a bean; its buckets can be moved then. */
public record BucketTables(List<BucketTable> all) {
    /** They belong to the shard, or to no bucket. */
    private static final Set<String> OF_THE_SHARD = Set.of("shard_identity", "bucket_ownership", "bucket_copy",
            "bucket_move", "two_phase_commit", "fencing_token", "flyway_schema_history");

    public BucketTables {
        all = List.copyOf(all);
    }

    public static BucketTables of(BucketTable... tables) {
        return new BucketTables(List.of(tables));
    }

    /**
     * The tables of a database that are in no declaration: their rows would stay behind when their bucket moves. Partitions
     * belong to their table.
     */
    public Set<String> undeclaredIn(JdbcClient database) {
        Set<String> declared = Stream.concat(all.stream().map(BucketTable::name), OF_THE_SHARD.stream())
                .collect(Collectors.toSet());
        return database.sql("""
                select relname from pg_class
                where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace""")
                .query(String.class).stream().filter(table -> !declared.contains(table)).collect(Collectors.toSet());
    }
}
