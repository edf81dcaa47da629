package dev.faultline.order.ordering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;

import dev.faultline.contracts.OrderId;
import dev.faultline.sharding.Bucket;
import org.junit.jupiter.api.Test;

class OrderIdsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @Test
    void carriesTheCustomersBucket() {
        var ids = new OrderIds(() -> NOW, new Random(1));
        for (int i = 0; i < 2_000; i++) {
            var customer = new CustomerId("customer-" + i);
            assertThat(Bucket.parse(ids.next(customer).bucketCode())).isEqualTo(Bucket.of(customer.value()));
        }
    }

    @Test
    void sortsByTimeAndDoesNotRepeatItself() {
        var alice = new CustomerId("alice");
        var random = new Random(1);
        var ids = Stream.iterate(NOW, now -> now.plusMillis(1)).limit(1_000)
                .map(now -> new OrderIds(() -> now, random).next(alice)).toList();
        assertThat(ids).isSorted();
        assertThat(Stream.generate(() -> new OrderIds(() -> NOW, random).next(alice)).limit(10_000).distinct())
                .hasSize(10_000);
    }

    @Test
    void canBeReadBack() {
        var id = new OrderIds(() -> NOW, new Random(1)).next(new CustomerId("alice"));
        assertThat(new OrderId(id.toString())).isEqualTo(id);
    }
}
