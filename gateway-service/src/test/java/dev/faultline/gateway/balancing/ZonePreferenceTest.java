package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

class ZonePreferenceTest {
    private final Instance near = in(1, "a");
    private final Instance alsoNear = in(2, "a");
    private final Instance far = in(3, "b");

    private static Instance in(int port, String zone) {
        return Balancers.instance(port, Map.of(Metadata.ZONE, zone));
    }

    @Test
    void staysInItsZoneAlsoIfAnotherIsLessBusy() {
        Balancers.busy(near, 5);
        Balancers.busy(alsoNear, 5);
        List<Instance> all = List.of(near, far, alsoNear);
        assertThat(Shares.of(100, new ZonePreference("a"), all).of(all)).containsExactly(50, 0, 50);
    }

    @Test
    void prefersTheLessBusyOfItsZone() {
        Balancers.busy(near, 1);
        assertThat(new ZonePreference("a").choose(List.of(near, far, alsoNear), () -> "")).isSameAs(alsoNear);
    }

    @Test
    void leavesItIfNoneOfItIsEligible() {
        assertThat(new ZonePreference("a").choose(List.of(far), () -> "")).isSameAs(far);
    }

    @Test
    void prefersNothingWithoutAZone() {
        List<Instance> all = List.of(near, far, Balancers.instance(4, Map.of()));
        assertThat(Shares.of(90, new ZonePreference(""), all).of(all)).containsExactly(30, 30, 30);
    }
}
