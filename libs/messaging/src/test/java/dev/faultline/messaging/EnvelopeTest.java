package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.UUID;

import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final UUID ID = UUID.fromString("01932c07-0000-7000-8000-00000000002a");
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void carriesAMessageUnchanged() throws Exception {
        var message = Envelope.decode(
                Envelope.encode(ID, "topic", "schlüssel", "Hello", TRACEPARENT, "{\"to\":\"Jörg\"}".getBytes(UTF_8)));

        assertThat(message.topic()).isEqualTo("topic");
        assertThat(message.key()).isEqualTo("schlüssel");
        assertThat(message.value()).asString(UTF_8).isEqualTo("{\"to\":\"Jörg\"}");
        assertThat(MessageTypes.text(message.headers(), "id")).isEqualTo(ID.toString());
        assertThat(MessageTypes.text(message.headers(), "type")).isEqualTo("Hello");
        assertThat(MessageTypes.text(message.headers(), "traceparent")).isEqualTo(TRACEPARENT);
    }

    @Test
    void hasNoTraceparentHeaderWithoutATrace() throws Exception {
        var message = Envelope.decode(Envelope.encode(ID, "topic", "key", "Hello", null, new byte[0]));

        assertThat(message.headers().lastHeader("traceparent")).isNull();
    }

    @Test
    void leavesMessagesOfANewerReleaseToANewerRelay() {
        assertThatThrownBy(() -> Envelope.decode(new byte[]{2, 0, 0}))
                .isInstanceOf(Envelope.NewerVersionException.class).hasMessageContaining("version 2");
    }

    @Test
    void rejectsContentThatIsNotAnEnvelope() {
        assertThatThrownBy(() -> Envelope.decode(new byte[]{1, 0, 0})).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Envelope.decode("by hand".getBytes(UTF_8))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Envelope.decode(new byte[0])).isInstanceOf(IOException.class);
    }
}
