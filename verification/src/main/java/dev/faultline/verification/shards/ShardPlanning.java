package dev.faultline.verification.shards;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The plan of one service, through {@code /actuator/shards} of whichever of its instances answers. The service carries a plan
 * out by itself.
 */
public final class ShardPlanning implements AutoCloseable {
    /** The services with shards, by the name of their database. */
    public static final Map<String, String> SERVICES = Map.of("inventory", "inventory-service", "orders",
            "order-service", "payments", "payment-service");
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Target target;
    private final Credentials credentials;
    private final String database;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final JsonMapper json = JsonMapper.shared();

    /** @param database {@code orders}, {@code inventory} or {@code payments} */
    public ShardPlanning(Target target, String database) {
        if (!SERVICES.containsKey(database)) {
            throw new FaultlineException("Unknown service " + database + ". The services with shards are: "
                    + String.join(", ", SERVICES.keySet().stream().sorted().toList()) + ".");
        }
        this.target = target;
        this.credentials = target.credentials();
        this.database = database;
    }

    /** A move that is planned. */
    public record Move(int bucket, String from, String to) {}

    /**
     * @param copies how many buckets shards hold rows of without owning them
     * @param moves those that were made since
     */
    public record State(long epoch, List<Move> pending, long copies, List<FinishedMove> moves) {
        public boolean isDone() {
            return pending.isEmpty() && copies == 0;
        }
    }

    /** @param rowsCopiedLocked how many of the rows were copied while the bucket was locked */
    public record FinishedMove(long epoch, int bucket, String source, String target, long rowsCopied,
            long rowsCopiedLocked, double pauseMs) {}

    public String database() {
        return database;
    }

    /** Plans that the bucket shall live on the shard; returns all moves that are still to be made. */
    public List<Move> move(int bucket, String shard, boolean dryRun) {
        return plan("move", Map.of("bucket", bucket, "shard", shard), dryRun);
    }

    /** Plans that the shard shall own nothing. */
    public List<Move> drain(String shard, boolean dryRun) {
        return plan("drain", Map.of("shard", shard), dryRun);
    }

    /** Plans that every bucket shall live where the ring of all shards has it. */
    public List<Move> rebalance(boolean dryRun) {
        return plan("rebalance", Map.of(), dryRun);
    }

    private List<Move> plan(String action, Map<String, Object> parameters, boolean dryRun) {
        var body = new LinkedHashMap<>(parameters);
        body.put("dryRun", dryRun);
        var post = HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body));
        JsonNode moves = send("/" + action, request -> request.header("Content-Type", "application/json").POST(post));
        return moves.valueStream().map(move -> json.treeToValue(move, Move.class)).toList();
    }

    /** @param epoch after which moves are of interest */
    public State since(long epoch) {
        return json.treeToValue(send("?since=" + epoch, HttpRequest.Builder::GET), State.class);
    }

    private interface Method {
        HttpRequest.Builder of(HttpRequest.Builder request);
    }

    private JsonNode send(String path, Method method) {
        String problem = "";
        for (String node : target.nodes().stream().map(Target.Node::name)
                .filter(name -> name.startsWith(SERVICES.get(database) + "-")).toList()) {
            URI uri = URI.create(target.managementUrl(node) + "/actuator/shards" + path);
            try {
                HttpResponse<String> response = http.send(method.of(HttpRequest.newBuilder(uri).header("Authorization",
                        credentials.bearer(Credentials.OPERATOR))).timeout(TIMEOUT)
                        .build(), HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    return json.readTree(response.body());
                }
                problem = node + " responded " + response.statusCode() + ": " + response.body();
                if (response.statusCode() / 100 == 4) { // another instance would refuse it too
                    break;
                }
            } catch (IOException e) {
                problem = node + " cannot be reached: " + e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FaultlineException("Interrupted.", e);
            }
        }
        throw new FaultlineException("The shards of " + database + ": " + problem);
    }

    @Override
    public void close() {
        http.close();
    }
}
