package dev.faultline.verification.fault;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;

/** A fault of the acquirer, injected through its fault API. */
public final class AcquirerFault implements FaultKind {
    /** The node that has it. */
    public static final String NODE = "acquirer-simulator-1";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final String faults;

    /** @param faults the body of {@code PUT /faults} */
    public AcquirerFault(String name, String faults) {
        this.name = name;
        this.faults = faults;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> targetsAmong(List<String> nodesAndRoles) {
        return List.of(NODE);
    }

    @Override
    public boolean needsHealing() {
        return true;
    }

    @Override
    public void inject(Target target, String node) {
        send(target, HttpRequest.newBuilder().header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(faults)));
    }

    @Override
    public void heal(Target target, String node) {
        send(target, HttpRequest.newBuilder().DELETE());
    }

    private static void send(Target target, HttpRequest.Builder request) {
        var client = HttpClient.newBuilder().connectTimeout(TIMEOUT);
        target.credentials().tls().ifPresent(client::sslContext);
        try (var http = client.build()) {
            var response = http.send(request.header("Authorization", target.credentials().bearer(
                    Credentials.OPERATOR)).uri(target.acquirerUrl().resolve("/faults")).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new FaultlineException("The acquirer rejected its faults: " + response.body());
            }
        } catch (IOException e) {
            throw new FaultlineException("The acquirer at " + target.acquirerUrl() + " cannot be reached: "
                    + e.getMessage() + ". ./faultline status shows the nodes of a local platform.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
