package dev.faultline.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientAddressTest {

    @Test
    void eachIpv4AddressIsAClient() {
        assertThat(ClientAddress.of("192.0.2.1")).isNotEqualTo(ClientAddress.of("192.0.2.2"));
        assertThat(ClientAddress.of("::ffff:192.0.2.1")).isEqualTo(ClientAddress.of("192.0.2.1"));
    }

    @Test
    void aClientThatChangesItsIpv6AddressWithinItsNetworkIsTheSame() {
        assertThat(ClientAddress.of("2001:db8:1:2::3")).isEqualTo(ClientAddress.of("2001:db8:1:2:ffff::9"))
                .isNotEqualTo(ClientAddress.of("2001:db8:1:3::3"));
    }
}
