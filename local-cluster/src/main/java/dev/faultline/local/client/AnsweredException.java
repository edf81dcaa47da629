package dev.faultline.local.client;

import dev.faultline.local.parts.RefusedException;

/** The platform has answered, with something else than success. */
public final class AnsweredException extends RefusedException {
    private final int status;

    AnsweredException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** Whether the same request, under the same key, may fare better later. */
    public boolean mayBeRepeated() {
        return status >= 500 || status == 429 || status == 409;
    }
}
