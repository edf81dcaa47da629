package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class BucketTest {

    @Test
    void readsBackItsOwnCode() {
        for (int number = 0; number < Bucket.COUNT; number++) {
            assertThat(Bucket.parse(new Bucket(number).code())).isEqualTo(new Bucket(number));
        }
    }

    @Test
    void keepsTheBucketOfAKeyStable() {
        // Changing these values orphans every stored row.
        assertThat(Bucket.of("alice").code()).isEqualTo("5F");
        assertThat(Bucket.of("COFFEE-1KG").code()).isEqualTo("2Q");
    }

    @Test
    void spreadsKeysEvenly() {
        var counts = new int[Bucket.COUNT];
        IntStream.range(0, 102_400).forEach(i -> counts[Bucket.of("customer-" + i).number()]++);
        assertThat(IntStream.of(counts).min().orElseThrow()).isGreaterThan(50);
        assertThat(IntStream.of(counts).max().orElseThrow()).isLessThan(160);
    }

    @Test
    void rejectsInvalidBuckets() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Bucket(1024));
        assertThatIllegalArgumentException().isThrownBy(() -> new Bucket(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Bucket.parse("U0"));
        assertThatIllegalArgumentException().isThrownBy(() -> Bucket.parse("000"));
        assertThatIllegalArgumentException().isThrownBy(() -> Bucket.parse(""));
    }
}
