package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;

import dev.faultline.service.security.Caller;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

class RequestKeyTest {
    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/orders");

    @AfterEach
    void forgetTheCaller() {
        SecurityContextHolder.clearContext();
    }

    private static void callAs(String subject, String scope) {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(new Caller(subject, Set.of(
                scope), null, Instant.MAX), ""));
    }

    private void body(String json) {
        request.setAttribute(RequestLimitsFilter.BODY, json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void isTheCustomerWhoCallsWhateverTheBodySays() {
        callAs("alice", "orders");
        body("{\"customer\": \"bob\"}");
        assertThat(RequestKey.of(request)).isEqualTo("alice");
    }

    @Test
    void isTheCustomerForWhomAShopActs() {
        callAs("shop", "orders.all");
        body("{\"lines\": [{\"sku\": \"A\", \"customer\": \"no\"}], \"customer\": \"bob\"}");
        assertThat(RequestKey.of(request)).isEqualTo("bob");
    }

    @Test
    void isTheCustomerWhoseOrdersAShopLists() {
        callAs("shop", "orders.all");
        request.setParameter("customer", "carol");
        assertThat(RequestKey.of(request)).isEqualTo("carol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"customer\": 7}", "{\"lines\": [}", "not JSON"})
    void isThePathIfNoCustomerIsNamed(String body) {
        callAs("shop", "orders.all");
        body(body);
        assertThat(RequestKey.of(request)).isEqualTo("/api/orders");
    }

    @Test
    void isThePathForAnonymousCallers() {
        assertThat(RequestKey.of(request)).isEqualTo("/api/orders");
    }
}
