package dev.faultline.acquirer.faults;

import java.time.Duration;

/**
 * The faults of one request.
 *
 * @param declines whether a charge is declined
 * @param failure how the request fails before it is executed
 * @param delay before the request is executed; zero for none
 * @param timesOut whether the request is executed but not answered in time
 */
public record InjectedFault(boolean declines, Failure failure, Duration delay, boolean timesOut) {
    /** How a request fails. */
    public enum Failure {
        /** It does not fail. */
        NONE,
        /** With an unspecific error. */
        ERROR,
        /** With a retryable error. */
        UNAVAILABLE
    }
}
