package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;

import org.junit.jupiter.api.Test;

class SessionTokenTest {
    private static final ShardName ONE = new ShardName("shard-1");
    private static final ShardName TWO = new ShardName("shard-2");
    private static final LogPosition EARLY = new LogPosition(1, 0x1000);
    private static final LogPosition LATE = new LogPosition(2, 0x2000);

    @Test
    void survivesItsWayThroughTheClient() {
        SessionToken token = SessionToken.none("orders").plus(ONE, EARLY, 7).plus(TWO, LATE, 7);
        assertThat(SessionToken.parse(token.encode(), "orders")).isEqualTo(token);
        assertThat(token.positionOn(TWO, 7)).contains(LATE);
    }

    @Test
    void saysNothingAboutReplicasUnderAnotherMap() {
        SessionToken token = SessionToken.none("orders").plus(ONE, EARLY, 7).plus(TWO, LATE, 7);
        assertThat(token.positionOn(TWO, 8)).isEmpty();
        assertThat(token.plus(ONE, LATE, 8)).isEqualTo(SessionToken.none("orders").plus(ONE, LATE, 8));
    }

    @Test
    void noCharacterOfItCanBeChanged() {
        String text = SessionToken.none("orders").plus(ONE, EARLY, 7).encode();
        for (int i = 0; i < text.length(); i++) {
            String changed = text.substring(0, i) + (text.charAt(i) == 'A' ? 'B' : 'A') + text.substring(i + 1);
            rejects(changed, "damaged");
        }
        for (String damaged : List.of("", "x", "?", text + text, text.substring(1), "A".repeat(100_000))) {
            rejects(damaged, "damaged");
        }
    }

    @Test
    void isOfOneService() {
        rejects(SessionToken.none("orders").plus(ONE, EARLY, 7).encode(), "it is of orders, and this is payments");
    }

    private static void rejects(String token, String reason) {
        assertThatIllegalArgumentException().as(token).isThrownBy(() -> SessionToken.parse(token, "payments"))
                .withMessageContaining(reason);
    }
}
