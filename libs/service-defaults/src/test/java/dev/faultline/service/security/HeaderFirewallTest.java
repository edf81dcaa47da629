package dev.faultline.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;

class HeaderFirewallTest {
    private static HttpServletRequest with(StrictHttpFirewall firewall, String value) {
        var request = new MockHttpServletRequest("GET", "/api/orders");
        request.addHeader("X-Header", value);
        return firewall.getFirewalledRequest(request);
    }

    @Test
    void lettersOfAnyLanguageAndTabsPass() {
        assertThat(with(new HeaderFirewall(), "Zürich, 東京;\tq=0.9").getHeader("X-Header"))
                .isEqualTo("Zürich, 東京;\tq=0.9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\u0000b", "a\u007fb", "a\u0085b", "a\u0378b"})
    void refusesWhatSpringSecurityRefuses(String value) {
        for (StrictHttpFirewall firewall : new StrictHttpFirewall[]{new StrictHttpFirewall(), new HeaderFirewall()}) {
            HttpServletRequest request = with(firewall, value);
            assertThatThrownBy(() -> request.getHeader("X-Header")).isInstanceOf(RequestRejectedException.class);
        }
    }
}
