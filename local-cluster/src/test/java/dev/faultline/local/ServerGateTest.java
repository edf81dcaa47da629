package dev.faultline.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.faultline.discovery.FencingToken;
import dev.faultline.local.ServerGate.StaleTokenException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerGateTest {
    @TempDir Path directory;

    @Test
    void refusesAPromoterThatANewerOneHasReplaced() {
        var changes = new ArrayList<String>();
        new ServerGate("shard-1-a", directory).pass(new FencingToken(7), () -> changes.add("fence"));
        var gate = new ServerGate("shard-1-a", directory);

        assertThatThrownBy(() -> gate.pass(new FencingToken(6), () -> changes.add("promote")))
                .isInstanceOf(StaleTokenException.class).hasMessageContaining("token 6 is stale")
                .hasMessageContaining("7");
        gate.pass(new FencingToken(7), () -> changes.add("again"));
        gate.pass(new FencingToken(8), () -> changes.add("newer"));

        assertThat(changes).isEqualTo(List.of("fence", "again", "newer"));
    }
}
