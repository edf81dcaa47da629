package dev.faultline.acquirer.faults;

import java.time.Duration;

/**
 * What goes wrong with one request.
 *
 * @param declines an authorization is declined
 * @param failure fails before anything is done
 * @param delay waits before anything is done; zero for none
 * @param timesOut is done, and never answered in time
 */
public record InjectedFault(boolean declines, Failure failure, Duration delay, boolean timesOut) {
    /** How a request fails. */
    public enum Failure {
        /** It does not. */
        NONE,
        /** With an error that says nothing. */
        ERROR,
        /** Saying that it may be tried again. */
        UNAVAILABLE
    }
}
