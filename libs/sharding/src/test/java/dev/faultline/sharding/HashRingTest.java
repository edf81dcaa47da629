package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class HashRingTest {

    private static List<ShardName> shards(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> new ShardName("shard-" + i)).toList();
    }

    private static Map<Bucket, ShardName> owners(List<ShardName> shards) {
        var ring = new HashRing(shards);
        return IntStream.range(0, Bucket.COUNT).mapToObj(Bucket::new).collect(Collectors.toMap(b -> b, ring::ownerOf));
    }

    @Test
    void givesEachShardAFairShare() {
        for (int count = 2; count <= 8; count++) {
            Map<ShardName, Long> shares = owners(shards(count)).values().stream()
                    .collect(Collectors.groupingBy(s -> s, Collectors.counting()));
            double fair = (double) Bucket.COUNT / count;
            assertThat(shares.values()).hasSize(count).allSatisfy(share -> assertThat(share / fair).isBetween(0.75,
                    1.25));
        }
    }

    @Test
    void aNewShardTakesAboutOneNthAndNothingMovesBetweenTheOthers() {
        for (int count = 2; count <= 7; count++) {
            var names = shards(count + 1);
            var before = owners(names.subList(0, count));
            var after = owners(names);
            var newcomer = names.getLast();
            var moved = before.keySet().stream().filter(b -> !Objects.equals(before.get(b), after.get(b))).toList();
            assertThat(moved).allSatisfy(bucket -> assertThat(after).containsEntry(bucket, newcomer));
            assertThat(moved.size() * (count + 1.0) / Bucket.COUNT).isBetween(0.75, 1.25);
        }
    }

    /** The control: without a ring, a third shard moves two buckets of three. */
    @Test
    void hashingModuloTheNumberOfShardsMovesMostBuckets() {
        for (int count = 2; count <= 7; count++) {
            int shards = count;
            long moved = IntStream.range(0, Bucket.COUNT).mapToLong(bucket -> Bucket.hash("bucket-" + bucket))
                    .filter(hash -> Long.remainderUnsigned(hash, shards) != Long.remainderUnsigned(hash, shards + 1L))
                    .count();
            assertThat(moved * (shards + 1.0) / Bucket.COUNT).isGreaterThan(0.9 * shards);
        }
    }

    @Test
    void doesNotDependOnTheOrderInWhichShardsAreNamed() {
        assertThat(owners(shards(4).reversed())).isEqualTo(owners(shards(4)));
    }
}
