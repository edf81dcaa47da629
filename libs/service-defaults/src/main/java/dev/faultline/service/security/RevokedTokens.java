package dev.faultline.service.security;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The ids of revoked tokens, fetched regularly in the background. A token is refused at most this interval, and the time of
 * a fetch, after its issuer revoked it. While the issuer does not answer, the last list is used: a token's own expiry then
 * bounds how long it is accepted.
 */
final class RevokedTokens implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(RevokedTokens.class);
    private static final Duration UNTIL_KNOWN = Duration.ofSeconds(1);

    private final Issuer issuer;
    private final Duration interval;
    private volatile Set<String> ids = Set.of();
    private volatile @Nullable Thread refreshing;
    private boolean isKnown;
    private boolean isFailing;

    RevokedTokens(Issuer issuer, Duration interval) {
        this.issuer = issuer;
        this.interval = interval;
    }

    boolean contains(Caller caller) {
        String id = caller.tokenId();
        return id != null && ids.contains(id);
    }

    @Override
    public void start() {
        refreshing = Thread.ofVirtual().name("revoked-tokens").start(this::refreshUntilStopped);
    }

    private void refreshUntilStopped() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                refresh();
                Thread.sleep(isKnown ? interval : UNTIL_KNOWN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refresh() {
        try {
            ids = issuer.revokedTokens().orElse(Set.of());
            if (isFailing) {
                log.info("The list of revoked tokens is up to date again");
            }
            isKnown = true;
            isFailing = false;
        } catch (IOException | RuntimeException e) {
            if (isKnown && !isFailing) {
                log.warn("The list of revoked tokens cannot be fetched; the last one is used: {}", e.toString());
                isFailing = true;
            }
        }
    }

    @Override
    public void stop() {
        Thread thread = refreshing;
        if (thread != null) {
            thread.interrupt();
            refreshing = null;
        }
    }

    @Override
    public boolean isRunning() {
        return refreshing != null;
    }
}
