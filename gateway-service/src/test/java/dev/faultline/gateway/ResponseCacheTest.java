package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.faultline.service.web.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.unit.DataSize;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** The clock stands still unless a test moves it; the service is a function. */
class ResponseCacheTest {
    private static final String MUG = "/api/catalogue/MUG";
    private static final String FOR_ALL = "public, max-age=2";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger price = new AtomicInteger(100);
    private final AtomicInteger requests = new AtomicInteger();
    private final List<@Nullable String> validators = new ArrayList<>();
    private final HandlerFunction<ServerResponse> service = request -> {
        requests.incrementAndGet();
        return product(request);
    };

    /** Those of {@link #cache}: a registry keeps the first gauge of a name, and would go on showing the cache before. */
    private MeterRegistry meters = new SimpleMeterRegistry();
    private ResponseCache cache = cache(new CacheProperties(true, Duration.ofSeconds(10), DataSize.ofMegabytes(1), true,
            LONG));

    private ResponseCache cache(CacheProperties properties) {
        meters = new SimpleMeterRegistry();
        return new ResponseCache("catalogue", "/api/catalogue", properties, now::get, meters);
    }

    /** As order-service answers. */
    private ServerResponse product(ServerRequest request) throws IOException {
        String tag = "\"" + price + "\"";
        Object validator = request.servletRequest().getAttribute(ResponseCache.VALIDATOR);
        validators.add((String) validator);
        return tag.equals(validator)
                ? answer(304, "", "ETag", tag, "Cache-Control", FOR_ALL)
                : answer(200, price.toString(), "ETag", tag, "Cache-Control", FOR_ALL, "Vary", "Consistency");
    }

    private static BufferedResponse answer(int status, String body, String... headers) throws IOException {
        try (var response = new BasicClassicHttpResponse(status)) {
            for (int i = 0; i < headers.length; i += 2) {
                response.addHeader(headers[i], headers[i + 1]);
            }
            if (!body.isEmpty()) {
                response.addHeader("Content-Type", "text/plain");
                response.setEntity(new StringEntity(body, ContentType.TEXT_PLAIN));
            }
            return new BufferedResponse(response);
        }
    }

    private static MockHttpServletRequest request(String method, String path, String... headers) {
        var request = new MockHttpServletRequest(method, path);
        for (int i = 0; i < headers.length; i += 2) {
            request.addHeader(headers[i], headers[i + 1]);
        }
        return request;
    }

    private MockHttpServletResponse send(HandlerFunction<ServerResponse> handler, MockHttpServletRequest request)
            throws Exception {
        var response = new MockHttpServletResponse();
        cache.filter(ServerRequest.create(request, List.of()), handler).writeTo(request, response, List::of);
        return response;
    }

    private String get(String path, String... headers) throws Exception {
        return send(service, request("GET", path, headers)).getContentAsString();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private double gets(String result) {
        return meters.get("cache.gets").tags("cache", "catalogue", "result", result).counter().count();
    }

    @Test
    void answersWithWhatItHasUntilThatIsOver() throws Exception {
        assertThat(send(service, request("GET", MUG)).getHeader("Age")).as("of the service's own answer").isNull();
        price.set(200);
        pass(Duration.ofMillis(1_900));
        MockHttpServletResponse hit = send(service, request("GET", MUG, "Authorization", "Bearer somebody"));
        assertThat(hit.getContentAsString()).isEqualTo("100");
        assertThat(hit.getHeader("Age")).isEqualTo("1");
        assertThat(hit.getHeader("Cache-Control")).isEqualTo(FOR_ALL);
        assertThat(hit.getContentType()).isEqualTo("text/plain");
        pass(Duration.ofMillis(100));
        assertThat(get(MUG)).isEqualTo("200");
        assertThat(List.of(gets("hit"), gets("miss"), gets("coalesced"))).containsExactly(1.0, 2.0, 0.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "max-age=60", "public", "public, max-age=0", "private, max-age=60",
        "public, private, max-age=60", "public, no-store, max-age=60", "public, no-cache, max-age=60"})
    void storesNothingThatIsNotMarkedAsFreshAndForEverybody(String cacheControl) throws Exception {
        HandlerFunction<ServerResponse> ofEach = request -> answer(200, "for " + request.servletRequest().getHeader(
                "Authorization"), "Cache-Control", cacheControl);
        for (String caller : List.of("alice", "bob")) {
            assertThat(send(ofEach, request("GET", MUG, "Authorization", caller)).getContentAsString()).isEqualTo("for "
                    + caller);
        }
    }

    @ParameterizedTest
    @CsvSource({"200, Authorization", "200, *", "404, Consistency"})
    void storesNothingThatDependsOnOtherHeadersAndNoErrors(int status, String vary) throws Exception {
        for (int i = 1; i <= 2; i++) {
            send(request -> {
                requests.incrementAndGet();
                return answer(status, "body", "Cache-Control", FOR_ALL, "Vary", vary);
            }, request("GET", MUG));
            assertThat(requests).hasValue(i);
        }
    }

    @Test
    void letsThroughWhoWantsToKnowFromTheServiceItself() throws Exception {
        get(MUG);
        price.set(200);
        for (String header : ResponseCache.BYPASSING) {
            assertThat(get(MUG, header, "x")).as(header).isEqualTo("200");
        }
        MockHttpServletRequest withQuery = request("GET", MUG);
        withQuery.setQueryString("x");
        assertThat(send(service, withQuery).getContentAsString()).isEqualTo("200");
        assertThat(get("/api/catalogue/%4DUG")).isEqualTo("200");
        assertThat(get(MUG)).as("anybody else").isEqualTo("100");
    }

    @Test
    void asksWhetherWhatIsOverIsStillThePresentAnswer() throws Exception {
        get(MUG);
        pass(Duration.ofSeconds(3));
        assertThat(send(service, request("GET", MUG, "If-None-Match", "\"old\"")).getContentAsString()).isEqualTo(
                "100");
        pass(Duration.ofSeconds(1));
        assertThat(get(MUG)).isEqualTo("100");
        assertThat(validators).as("the second was answered with 304").containsExactly("", "\"100\"");
        pass(Duration.ofSeconds(1));
        price.set(200);
        assertThat(get(MUG)).isEqualTo("200");
        assertThat(validators).hasSize(3).last().isEqualTo("\"100\"");
    }

    @Test
    void keepsNothingThatHasBecomePrivate() throws Exception {
        get(MUG);
        pass(Duration.ofSeconds(3));
        HandlerFunction<ServerResponse> nowPrivate = _ -> {
            requests.incrementAndGet();
            return answer(304, "", "ETag", "\"100\"", "Cache-Control", "private");
        };
        assertThat(send(nowPrivate, request("GET", MUG)).getContentAsString()).isEqualTo("100");
        assertThat(get(MUG)).isEqualTo("100");
        assertThat(requests).hasValue(3);
    }

    @Test
    void sendsNoBodyToWhoHasIt() throws Exception {
        get(MUG);
        for (String tags : List.of("\"100\"", "W/\"100\"", "\"1\", \"100\"")) {
            MockHttpServletResponse unchanged = send(service, request("GET", MUG, "If-None-Match", tags));
            assertThat(unchanged.getStatus()).as(tags).isEqualTo(304);
            assertThat(unchanged.getContentAsString()).isEmpty();
            assertThat(unchanged.getHeader("ETag")).isEqualTo("\"100\"");
            assertThat(unchanged.getHeader("Cache-Control")).isEqualTo(FOR_ALL);
            assertThat(unchanged.getContentType()).isNull();
        }
        assertThat(get(MUG, "If-None-Match", "\"200\"")).isEqualTo("100");
        assertThat(requests).hasValue(1);
    }

    /** The first is held up until all others wait for it, or have been sent too. */
    private List<CompletableFuture<MockHttpServletResponse>> herd(int clients, HandlerFunction<ServerResponse> answer) {
        double before = gets("coalesced") + requests.get();
        var end = new CountDownLatch(1);
        HandlerFunction<ServerResponse> slow = request -> {
            requests.incrementAndGet();
            assertThat(end.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return answer.handle(request);
        };
        var answers = new ArrayList<CompletableFuture<MockHttpServletResponse>>();
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        for (int i = 0; i < clients; i++) {
            answers.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return send(slow, request("GET", MUG));
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }, executor));
        }
        await().atMost(LONG).until(() -> gets("coalesced") + requests.get() == before + clients);
        end.countDown();
        return answers;
    }

    @Test
    void sendsOneOfManyRequestsThatComeAtOnce() throws Exception {
        for (var answer : herd(300, this::product)) {
            assertThat(answer.get().getContentAsString()).isEqualTo("100");
        }
        assertThat(requests).hasValue(1);
        assertThat(List.of(gets("miss"), gets("coalesced"))).containsExactly(1.0, 299.0);
    }

    @Test
    void sendsEachWithoutCoalescing() throws Exception {
        cache = cache(new CacheProperties(true, Duration.ofSeconds(10), DataSize.ofMegabytes(1), false, LONG));
        for (var answer : herd(300, this::product)) {
            assertThat(answer.get().getContentAsString()).isEqualTo("100");
        }
        assertThat(requests).hasValue(300);
        assertThat(get(MUG)).isEqualTo("100");
        assertThat(requests).hasValue(300);
    }

    @Test
    void givesAnErrorToAllWhoWaitedAndToNobodyElse() throws Exception {
        for (var answer : herd(50, _ -> answer(503, "not now"))) {
            assertThat(answer.get().getStatus()).isEqualTo(503);
            assertThat(answer.get().getContentAsString()).isEqualTo("not now");
        }
        for (var answer : herd(50, _ -> {
            throw new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "service-unavailable", "away", "away");
        })) {
            assertThat(answer).failsWithin(LONG).withThrowableThat().withCauseInstanceOf(ProblemException.class);
        }
        assertThat(requests).hasValue(2);
        assertThat(get(MUG)).isEqualTo("100");
    }

    @Test
    void sendsTheRequestsThatWaitedForWhatIsNotTheirs() throws Exception {
        for (var answer : herd(50, _ -> answer(200, "mine", "Cache-Control", "private"))) {
            assertThat(answer.get().getContentAsString()).isEqualTo("mine");
        }
        assertThat(requests).hasValue(50);
        assertThat(List.of(gets("miss"), gets("coalesced"))).containsExactly(50.0, 49.0);
    }

    @Test
    void waitsForALimitedTime() throws Exception {
        cache = cache(new CacheProperties(true, Duration.ofSeconds(10), DataSize.ofMegabytes(1), true, Duration
                .ofMillis(20)));
        send(_ -> {
            assertThatThrownBy(() -> get(MUG)).isInstanceOfSatisfying(ProblemException.class, problem -> assertThat(
                    problem.getStatusCode().value()).isEqualTo(504));
            return answer(200, "late");
        }, request("GET", MUG));
        assertThat(requests).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {MUG, "/api/catalogue/%4DUG"})
    void hasNothingFromBeforeAChange(String changed) throws Exception {
        get(MUG);
        get("/api/catalogue");
        get("/api/catalogue/TEA");
        for (int status : List.of(200, 412, 504)) {
            price.incrementAndGet();
            send(_ -> answer(status, ""), request("PUT", changed));
            assertThat(get(MUG)).as("after %d", status).isEqualTo(price.toString());
            assertThat(get("/api/catalogue")).as("the list").isEqualTo(price.toString());
        }
        assertThat(get("/api/catalogue/TEA")).as("another product").isEqualTo("100");
    }

    @Test
    void doesNotKeepWhatWasOnItsWayDuringAChange() throws Exception {
        send(_ -> {
            ServerResponse before = answer(200, "100", "Cache-Control", FOR_ALL);
            price.set(200);
            send(_ -> answer(200, ""), request("PUT", MUG));
            assertThat(get(MUG)).as("while an older answer is on its way").isEqualTo("200");
            return before;
        }, request("GET", MUG));
        assertThat(get(MUG)).isEqualTo("200");
    }

    @Test
    void isBoundedInSizeAndTime() throws Exception {
        cache = cache(new CacheProperties(true, Duration.ofSeconds(1), DataSize.ofKilobytes(10), true, LONG));
        for (int i = 0; i < 1_000; i++) {
            get("/api/catalogue/SKU-" + i);
        }
        await().atMost(LONG).until(() -> meters.get("cache.size").gauge().value() <= 10);
        String large = "x".repeat(20 * 1024);
        for (int i = 1; i <= 2; i++) {
            assertThat(send(_ -> answer(200, large, "Cache-Control", FOR_ALL), request("GET", "/api/catalogue"))
                    .getContentAsByteArray()).isEqualTo(large.getBytes(StandardCharsets.UTF_8));
            await().atMost(LONG).until(() -> meters.get("cache.size").gauge().value() <= 10);
        }
        get(MUG);
        price.set(200);
        pass(Duration.ofSeconds(1));
        assertThat(get(MUG)).as("although the service says two seconds").isEqualTo("200");
    }

    @Test
    void namesThePropertyThatIsNotValid() {
        Map.<String, Runnable>of(
                "faultline.gateway.cache.max-freshness must be positive", () -> cache(new CacheProperties(true,
                        Duration.ZERO, DataSize.ofMegabytes(1), true, LONG)),
                "faultline.gateway.cache.max-size must be at least 1KB", () -> cache(new CacheProperties(true, LONG,
                        DataSize.ofBytes(1), true, LONG)),
                "faultline.gateway.cache.max-wait must be positive", () -> cache(new CacheProperties(true, LONG,
                        DataSize.ofMegabytes(1), true, Duration.ZERO)))
                .forEach((message, properties) -> assertThatThrownBy(properties::run).hasMessage(message));
    }
}
