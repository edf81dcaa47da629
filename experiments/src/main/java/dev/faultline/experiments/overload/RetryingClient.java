package dev.faultline.experiments.overload;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

import dev.faultline.backing.FaultlineException;
import org.jspecify.annotations.Nullable;

/** A client that repeats a request which was not answered, at once and on the next server, as often as it may. */
final class RetryingClient implements AutoCloseable {
    private final List<URI> servers;
    private final Duration timeout;
    private final int retries;
    private final BooleanSupplier mayRetry;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * @param timeout  of an attempt
     * @param retries  of a request, at most
     * @param mayRetry asked before each
     */
    RetryingClient(List<URI> servers, Duration timeout, int retries, BooleanSupplier mayRetry) {
        this.servers = servers;
        this.timeout = timeout;
        this.retries = retries;
        this.mayRetry = mayRetry;
    }

    /** @throws FaultlineException if no attempt was answered, or a server refused to be asked again */
    void send(long number) {
        for (int attempt = 0;; attempt++) {
            String error = attempt(servers.get((int) ((number + attempt) % servers.size())));
            if (error == null) {
                return;
            }
            if (attempt == retries || !mayRetry.getAsBoolean()) {
                throw new FaultlineException(error);
            }
        }
    }

    /** @return null if it was answered */
    private @Nullable String attempt(URI server) {
        try {
            HttpResponse<Void> response = http.send(HttpRequest.newBuilder(server).timeout(timeout).build(),
                    BodyHandlers
                            .discarding());
            return response.statusCode() == 200 ? null : Integer.toString(response.statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
