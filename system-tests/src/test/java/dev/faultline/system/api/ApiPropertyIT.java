package dev.faultline.system.api;

import static dev.faultline.system.SharedCluster.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

import dev.faultline.system.SharedCluster;
import dev.faultline.system.api.ApiDescription.Operation;
import dev.faultline.verification.local.LocalTarget;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.node.ObjectNode;

/** What the description of the API says holds for whatever is sent to the whole platform. */
@Tag("integration")
@ExtendWith(SharedCluster.class)
class ApiPropertyIT {
    private static final long SEED = Long.getLong("faultline.test.seed", ThreadLocalRandom.current().nextInt(1,
            1_000_000));
    private static final int VALID_REQUESTS = 10;
    /** Not every sample of an operation is answered with what was removed: some have a condition or another outcome. */
    private static final int CONTROL_SAMPLES = 10;
    /** The gateway accepts 1,000 connections. */
    private static final int SLOW_CLIENTS = 300;

    private static PublicApi api;
    private static ApiDescription description;

    @BeforeAll
    static void read() throws Exception {
        System.out.println("-Dfaultline.test.seed=" + SEED);
        api = new PublicApi(CLUSTER.gatewayUrl(), new LocalTarget(CLUSTER).credentials());
        description = api.description();
        api.create();
    }

    @Test
    void everyOperationAnswersValidRequestsAsDescribed() {
        try (Drive drive = api.drive(description, SEED)) {
            for (Operation operation : description.operations()) {
                for (int i = 0; i < VALID_REQUESTS; i++) {
                    drive.valid(operation, "valid request " + i);
                }
            }
            assertNothingFound(drive);
            assertThat(drive.succeeded()).containsExactlyInAnyOrderElementsOf(description.operations().stream().map(
                    Operation::id).toList());
        }
    }

    @Test
    void everyOperationRefusesInvalidRequestsAsDescribed() {
        Map<String, Integer> sent = new TreeMap<>();
        try (Drive drive = api.drive(description, SEED)) {
            for (Operation operation : description.operations()) {
                Mutations.ALL.forEach(mutation -> sent.merge(mutation.name(), drive.mutated(operation, mutation),
                        Integer::sum));
                drive.valid(operation, "valid request after the invalid ones");
            }
            System.out.println(drive.sent() + " requests: " + sent);
            assertNothingFound(drive);
        }
    }

    @Test
    void clientsThatSendByteAfterByteAreCutOffAndMeanwhileOthersAreServed() throws Exception {
        URI gateway = CLUSTER.gatewayUrl();
        try (Drive drive = api.drive(description, SEED); var slow = new SlowClients()) {
            slow.add(SLOW_CLIENTS, gateway, "GET /api/catalogue HTTP/1.1\r\nHost: x\r\nX-Endless: ", "a");
            slow.add(SLOW_CLIENTS / 10, gateway, "", "\r\n");
            slow.add(SLOW_CLIENTS, gateway, "POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
                    " ");
            for (Operation operation : description.operations()) {
                drive.valid(operation, "valid request beside slow ones");
            }
            assertNothingFound(drive);
            assertThat(slow.connected()).as("slow clients beside the others").isGreaterThan(SLOW_CLIENTS);
            await().atMost(Duration.ofSeconds(40)).until(() -> slow.connected() == 0);
        }
    }

    /** The control: what the description no longer says is found. */
    @ParameterizedTest
    @CsvSource({"placeOrder, a value of another type, /paths/~1api~1orders/post/responses/422",
        "getStock, an odd Accept, /components/schemas/StockLevel/properties/reserved",
        "getStock, an odd Accept, /paths/~1api~1stock~1{sku}/get/responses/200/content/application~1json",
        "getStock, an odd Accept, /paths/~1api~1stock~1{sku}/get/responses/200/headers/X-Correlation-Id",
        "placeOrder, a field that is not described, /components/schemas/Problem/properties/errors"})
    void aResponseThatIsNotDescribedIsFound(String operation, String mutation, String removed) {
        var changed = (ObjectNode) description.root().deepCopy();
        var at = JsonPointer.compile(removed);
        assertThat(((ObjectNode) changed.at(at.head())).remove(at.last().getMatchingProperty())).isNotNull();
        var other = new ApiDescription(changed.toString());
        var changedOperation = other.operations().stream().filter(known -> known.id().equals(operation)).findFirst()
                .orElseThrow();
        var sent = Mutations.ALL.stream().filter(known -> known.name().equals(mutation)).findFirst().orElseThrow();
        assertThat(LongStream.range(SEED, SEED + CONTROL_SAMPLES).anyMatch(seed -> {
            try (Drive drive = api.drive(other, seed)) {
                drive.mutated(changedOperation, sent);
                return !drive.findings().isEmpty();
            }
        })).isTrue();
    }

    private static void assertNothingFound(Drive drive) {
        List<String> findings = drive.findings();
        assertThat(findings).as("%d findings, again with -Dfaultline.test.seed=%d", findings.size(), SEED).isEmpty();
    }
}
