package dev.faultline.sharding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The rows of one bucket in one table. A row is compared by a hash of its text, and transferred as that text, which
 * PostgreSQL reads back exactly.
 *
 * @see <a href="https://www.postgresql.org/docs/18/rowtypes.html#ROWTYPES-IO-SYNTAX">PostgreSQL: composite types as
 *      text</a>
 */
record BucketRows(BucketTable table, Bucket bucket) {

    /** The values of the key's columns. */
    record Key(List<String> values) {}

    /**
     * What the target has to change to be as the source.
     *
     * @param changed rows of the source that are missing in the target, or are different there
     * @param gone rows of the target that the source does not have
     */
    record Difference(List<Key> changed, List<Key> gone) {
        int size() {
            return changed.size() + gone.size();
        }
    }

    /** Reads the whole bucket on both sides, but only keys and hashes. */
    Difference difference(JdbcClient source, JdbcClient target) {
        Map<Key, String> there = hashes(target);
        var changed = new ArrayList<Key>();
        hashes(source).forEach((key, hash) -> {
            if (!hash.equals(there.remove(key))) {
                changed.add(key);
            }
        });
        // What the source does not have is left; what differs was removed above, and is replaced.
        return new Difference(changed, List.copyOf(there.keySet()));
    }

    private Map<Key, String> hashes(JdbcClient jdbc) {
        var hashes = new HashMap<Key, String>();
        jdbc.sql("select md5(t::text), " + table.keyColumns() + " from " + table.name() + " t where "
                + table.condition()).params(table.parameters(bucket)).query(row -> {
                    var values = new ArrayList<String>(table.key().size());
                    for (int column = 1; column <= table.key().size(); column++) {
                        values.add(row.getString(column + 1));
                    }
                    hashes.put(new Key(values), row.getString(1));
                });
        return hashes;
    }

    /** The rows that have these keys, as text. */
    List<String> read(JdbcClient jdbc, List<Key> keys) {
        return jdbc.sql("select t::text from " + table.name() + " t where " + table.keyParameters())
                .params(columns(keys)).query(String.class).list();
    }

    /** Replaces the rows that have these keys; returns how many there are now. */
    int replace(JdbcClient jdbc, List<Key> keys, List<String> rows) {
        delete(jdbc, keys);
        String[] texts = rows.toArray(String[]::new);
        if (table.preparation() != null) {
            jdbc.sql(table.preparation()).param(texts).query((_, _) -> 0).list();
        }
        int inserted = jdbc.sql("insert into " + table.name() + " select * from unnest(?::text[]::" + table.name()
                + "[])").param(texts).update();
        if (inserted != rows.size()) {
            throw new IllegalStateException(inserted + " of " + rows.size() + " rows were inserted into "
                    + table.name());
        }
        return inserted;
    }

    int delete(JdbcClient jdbc, List<Key> keys) {
        return jdbc.sql("delete from " + table.name() + " where " + table.keyParameters()).params(columns(keys))
                .update();
    }

    /** Deletes some of the bucket's rows; returns how many. */
    int deleteSome(JdbcClient jdbc, int atMost) {
        var parameters = new ArrayList<>(table.parameters(bucket));
        parameters.add(atMost);
        return jdbc.sql("delete from " + table.name() + " where (" + table.keyColumns() + ") in (select "
                + table.keyColumns() + " from " + table.name() + " where " + table.condition() + " limit ?)")
                .params(parameters).update();
    }

    private List<Object> columns(List<Key> keys) {
        return IntStream.range(0, table.key().size()).<Object>mapToObj(column -> keys.stream()
                .map(key -> key.values().get(column)).toArray(String[]::new)).toList();
    }

    static Stream<BucketRows> of(BucketTables tables, Bucket bucket) {
        Function<BucketTable, BucketRows> rows = table -> new BucketRows(table, bucket);
        return tables.all().stream().map(rows);
    }
}
