package dev.faultline.verification.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;

class NodeNamesTest {
    private static final byte[] ADDRESS = {127, 0, 73, 9};

    @Test
    void aNameThatWasGivenResolvesAndOthersDoAsUsual() throws Exception {
        NodeNames.resolve("kafka-8.kafka", InetAddress.getByAddress(ADDRESS));

        // A certificate is compared with the host name.
        assertThat(InetAddress.getAllByName("kafka-8.kafka")).singleElement().satisfies(address -> {
            assertThat(address.getAddress()).isEqualTo(ADDRESS);
            assertThat(address.getHostName()).isEqualTo("kafka-8.kafka");
        });
        assertThat(InetAddress.getAllByName("localhost")).allMatch(InetAddress::isLoopbackAddress);
        assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() -> InetAddress.getAllByName(
                "kafka-9.kafka.invalid"));
    }
}
