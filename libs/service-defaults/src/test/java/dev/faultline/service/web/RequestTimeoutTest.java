package dev.faultline.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTimeoutTest {
    @Test
    void isInMilliseconds() {
        assertThat(RequestTimeout.parse("2200")).contains(Duration.ofMillis(2200));
        assertThat(RequestTimeout.parse("999999999")).contains(Duration.ofMillis(999_999_999));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "0", "-5", "+5", "5.5", "5s", "soon", "1000000000", "99999999999999999999", "\u0665"})
    void isIgnoredIfItIsNoPositiveNumber(@Nullable String value) {
        assertThat(RequestTimeout.parse(value)).isEmpty();
    }
}
