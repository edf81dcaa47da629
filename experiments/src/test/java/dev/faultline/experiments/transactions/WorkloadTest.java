package dev.faultline.experiments.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final Products PRODUCTS = new Products("HOT", "SINGLE", named("FIRST"), named("SECOND"), "NONE");

    private static List<String> named(String name) {
        return IntStream.range(0, 400).mapToObj(number -> name + number).toList();
    }

    private static List<Reservation> orders(long seed, int hotPercent) {
        var workload = new Workload(seed, PRODUCTS, hotPercent, 5);
        return LongStream.range(0, 2_000).mapToObj(workload::order).toList();
    }

    @Test
    void givesTheSameOrdersForTheSameSeedOnly() {
        assertThat(orders(7, 50)).isEqualTo(orders(7, 50)).isNotEqualTo(orders(8, 50)).doesNotHaveDuplicates();
    }

    @Test
    void wantsTheHotProductAsOftenAsAskedFor() {
        assertThat(orders(7, 0)).noneMatch(order -> order.first().equals("HOT"));
        assertThat(orders(7, 100)).allMatch(order -> order.first().equals("HOT"));
        assertThat(orders(7, 50)).filteredOn(order -> order.first().equals("HOT")).hasSizeBetween(900, 1_100);
    }

    @Test
    void wantsASoldOutProductSometimes() {
        assertThat(orders(7, 50)).filteredOn(order -> order.second().equals("NONE")).hasSizeBetween(60, 140);
    }
}
