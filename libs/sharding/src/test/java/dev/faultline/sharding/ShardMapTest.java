package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ShardMapTest {
    private static final ShardName ONE = new ShardName("shard-1");
    private static final ShardName TWO = new ShardName("shard-2");

    @Test
    void survivesSerialization() {
        var json = JsonMapper.shared();
        var map = ShardMap.initial(List.of(ONE, TWO));
        assertThat(json.readValue(json.writeValueAsString(map), ShardMap.class)).isEqualTo(map);
    }

    @Test
    void rejectsABucketWithoutAShardOrWithTwo() {
        var all = IntStream.range(0, Bucket.COUNT).boxed().collect(Collectors.toCollection(TreeSet::new));
        var allButOne = new TreeSet<>(all.tailSet(1));
        assertThat(new ShardMap(1, Map.of(ONE, all)).byBucket()).hasSize(Bucket.COUNT).containsOnly(ONE);
        assertThatIllegalArgumentException().isThrownBy(() -> new ShardMap(1, Map.of(ONE, allButOne)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ShardMap(1, Map.of(ONE, all, TWO, allButOne)));
    }
}
