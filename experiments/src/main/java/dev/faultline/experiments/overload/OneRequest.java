package dev.faultline.experiments.overload;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import dev.faultline.backing.FaultlineException;

/** A client that sends the same request each time, does not repeat it, and tells refusals from failures. */
final class OneRequest implements AutoCloseable {
    /** The message of what was refused with 429 or 503 and told when to come again. */
    static final String REFUSED = "refused";
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest request;

    OneRequest(URI url) {
        this.request = HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
    }

    /** @throws FaultlineException if it is not answered with 200; with {@link #REFUSED} if that is what happened */
    void send() {
        try {
            var response = http.send(request, BodyHandlers.discarding());
            int status = response.statusCode();
            if (status != 200) {
                boolean isRefusal = (status == 429 || status == 503) && response.headers().firstValue("Retry-After")
                        .isPresent();
                throw new FaultlineException(isRefusal ? REFUSED : Integer.toString(status));
            }
        } catch (IOException e) {
            throw new FaultlineException(e.toString(), e);
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
