package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class ConsistentHashTest {
    private static final List<String> CUSTOMERS = IntStream.range(0, 10_000).mapToObj(i -> "customer-" + i).toList();

    private static Map<String, Instance> placed(List<Instance> instances) {
        var policy = new ConsistentHash();
        return CUSTOMERS.stream().collect(Collectors.toMap(Function.identity(), customer -> policy.choose(instances,
                () -> customer)));
    }

    @Test
    void sendsACustomerToTheSameInstanceInWhateverOrderTheyAre() {
        List<Instance> four = Balancers.idle(4);
        assertThat(placed(four.reversed())).isEqualTo(placed(four));
    }

    @Test
    void givesEveryInstanceAboutAsManyCustomers() {
        List<Instance> four = Balancers.idle(4);
        Map<Instance, Long> counts = placed(four).values().stream().collect(Collectors.groupingBy(Function.identity(),
                Collectors.counting()));
        assertThat(counts.values()).hasSize(4).allSatisfy(count -> assertThat(count).isBetween(2_300L, 2_700L));
    }

    /** With four instead of five, a fifth of the customers moves, and all of them from the one that is gone. */
    @Test
    void movesOnlyTheCustomersOfAnInstanceThatGoes() {
        List<Instance> five = Balancers.idle(5);
        Instance gone = five.get(2);
        Map<String, Instance> before = placed(five);
        Map<String, Instance> after = placed(five.stream().filter(instance -> instance != gone).toList());
        List<String> moved = CUSTOMERS.stream().filter(customer -> before.get(customer) != after.get(customer))
                .toList();
        assertThat(moved).hasSizeBetween(1_800, 2_200).allMatch(customer -> before.get(customer) == gone);
    }

    @Test
    void passesOverAnInstanceThatExceedsTheAverageByAQuarter() {
        List<Instance> three = Balancers.idle(3);
        var policy = new ConsistentHash();
        for (int i = 0; i < 300; i++) {
            policy.choose(three, () -> "one customer").begin();
        }
        assertThat(three).allSatisfy(instance -> assertThat(instance.inFlight()).isLessThanOrEqualTo(125));
        assertThat(three.stream().mapToInt(Instance::inFlight).max().orElseThrow()).as("the customer's own").isEqualTo(
                125);
    }

    @Test
    void aFewInFlightMoveNobody() {
        List<Instance> three = Balancers.idle(3);
        Instance own = new ConsistentHash().choose(three, () -> "alice");
        Balancers.busy(own, ConsistentHash.ALWAYS_ALLOWED - 1);
        assertThat(new ConsistentHash().choose(three, () -> "alice")).isSameAs(own);
    }
}
