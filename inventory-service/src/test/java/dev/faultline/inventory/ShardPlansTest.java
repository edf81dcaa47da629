package dev.faultline.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalManagementPort;

/** What an operator may ask of the shards of a service, at its management port. */
@Tag("integration")
@OnTwoShards
class ShardPlansTest {
    private final HttpClient http = HttpClient.newHttpClient();
    @LocalManagementPort private int port;

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder shards(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/shards" + path))
                .header("Authorization", TestIssuer.shared().bearerOfAll());
    }

    private HttpResponse<String> plan(String action, String body) throws IOException, InterruptedException {
        return send(shards("/" + action).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers
                .ofString(body)));
    }

    @Test
    void answersTheMovesOfAPlan() throws Exception {
        HttpResponse<String> moves = plan("drain", "{'shard': 'shard-2', 'dryRun': true}".replace('\'', '"'));
        assertThat(moves.statusCode()).isEqualTo(200);
        assertThat(moves.body()).contains("\"from\":\"shard-2\",\"to\":\"shard-1\"").doesNotContain(
                "\"from\":\"shard-1\"");
        assertThat(plan("move", "{'bucket': 583, 'shard': 'shard-1', 'dryRun': true}".replace('\'', '"')).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            move      | {"bucket": 5000, "shard": "shard-1", "dryRun": false}  | bucket: a bucket must be from 0 to 1023: 5000
            move      | {"bucket": "583a", "shard": "shard-1", "dryRun": false} | bucket: must be a number from 0 to 1023: 583a
            move      | {"shard": "shard-1", "dryRun": false}                  | bucket: is missing
            move      | {"bucket": 583, "dryRun": false}                       | shard: is missing
            move      | {"bucket": 583, "shard": "shard-9", "dryRun": false}   | shard: there is no shard shard-9
            move      | {"bucket": 583, "shard": "no shard", "dryRun": false}  | shard: not a shard name
            drain     | {"shard": "shard-2", "dryrun": true}                   | dryRun: is missing
            drain     | {"shard": "shard-2", "dryRun": "maybe"}                | dryRun: must be true or false: maybe
            drain     | {"bucket": 583, "shard": "shard-2", "dryRun": false}   | bucket: has no meaning for drain
            rebalance | {"shard": "shard-2", "dryRun": false}                  | shard: has no meaning for rebalance
            rebalance | {}                                                     | dryRun: is missing
            empty     | {"dryRun": false}                                      | action: is unknown: empty
            """)
    void refusesAPlanThatItDoesNotUnderstandAndSaysWhy(String action, String body, String reason) throws Exception {
        HttpResponse<String> response = plan(action, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(422);
        assertThat(response.body()).contains(reason, "problems/invalid-plan");
        assertThat(send(shards("")).body()).contains("\"pending\":[]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"shard": | the body is not valid JSON
            []        | the body is not valid JSON
            {"shard": {"name": "shard-2"}, "dryRun": false} | shard: is missing or has a value of the wrong type
            """)
    void refusesABodyThatItCannotReadAndSaysWhere(String body, String reason) throws Exception {
        HttpResponse<String> response = plan("drain", body);
        assertThat(response.statusCode()).as(response.body()).isBetween(400, 422);
        assertThat(response.body()).contains(reason);
    }

    /** Browsers send other types from any page without asking. */
    @Test
    void takesJsonOnly() throws Exception {
        var plain = shards("/rebalance").header("Content-Type", "text/plain").POST(HttpRequest.BodyPublishers.ofString(
                "{\"dryRun\": false}"));
        assertThat(send(plain).statusCode()).isEqualTo(415);
    }

    /** 127.0.0.2 reaches a port that is bound to all addresses. */
    @Test
    void listensOnLoopbackOnly() {
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.2", port), 1000);
            }
        });
    }
}
