package dev.faultline.verification.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.verification.history.Anomaly.Kind;
import dev.faultline.verification.history.History.Ownership;
import dev.faultline.verification.history.Row.Database;

/** Each bucket has one owner, and each row exists once, on the owner of its bucket unless its table was detached. */
final class PlacementRules {
    private PlacementRules() {}

    static Stream<Anomaly> of(History history) {
        return Stream.of(owners(history), misplaced(history), duplicated(history)).flatMap(found -> found);
    }

    private static Stream<Anomaly> owners(History history) {
        var found = new ArrayList<Anomaly>();
        var byService = new HashMap<String, List<Ownership>>();
        history.owned().forEach(owned -> byService.computeIfAbsent(owned.database().service(),
                _ -> new ArrayList<>()).add(owned));
        byService.forEach((service, shards) -> {
            for (int number = 0; number < Buckets.COUNT; number++) {
                int bucket = number;
                List<String> owners = shards.stream().filter(shard -> shard.buckets().contains(bucket))
                        .map(shard -> shard.database().shard()).toList();
                if (owners.size() != 1) {
                    found.add(new Anomaly(Kind.BUCKET_WITHOUT_SINGLE_OWNER, service + ", bucket " + bucket,
                            owners.isEmpty() ? "no shard owns it" : "owned by " + String.join(" and ", owners)));
                }
            }
        });
        return found.stream();
    }

    private static Stream<Anomaly> misplaced(History history) {
        var owned = new HashMap<Database, Set<Integer>>();
        history.owned().forEach(shard -> owned.put(shard.database(), shard.buckets()));
        return history.rows().stream().flatMap(row -> {
            int bucket = row.place().bucket();
            Database database = row.place().database();
            if (bucket != row.expectedBucket()) {
                return Stream.of(new Anomaly(Kind.MISPLACED_ROW, row.subject(), row.identity() + " in " + database
                        + " is in bucket " + bucket + " instead of " + row.expectedBucket()));
            }
            return row.place().detached() || owned.getOrDefault(database, Set.of()).contains(bucket) ? Stream.empty()
                    : Stream.of(new Anomaly(Kind.MISPLACED_ROW, row.subject(), row.identity() + " is in " + database
                            + ", which does not own bucket " + bucket));
        });
    }

    /** One table at a time, to bound the identities in memory. */
    private static Stream<Anomaly> duplicated(History history) {
        return history.rows().stream().collect(Collectors.groupingBy(Row::getClass)).values().stream()
                .flatMap(PlacementRules::duplicatedInOneTable);
    }

    private static Stream<Anomaly> duplicatedInOneTable(List<Row> rows) {
        Map<String, Row> first = HashMap.newHashMap(rows.size());
        var reported = new HashSet<String>();
        return rows.stream().flatMap(row -> {
            Row earlier = first.putIfAbsent(row.identity(), row);
            return earlier == null || !reported.add(row.identity()) ? Stream.<Anomaly>empty()
                    : Stream.of(new Anomaly(Kind.ROW_ON_TWO_SHARDS, row.subject(), row.identity() + " is in "
                            + earlier.place().database() + " and in " + row.place().database()));
        }).toList().stream();
    }
}
