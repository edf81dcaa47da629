package dev.faultline.gateway.balancing;

/** How a request to an instance ended. */
public enum Outcome {
    /** Also if it was refused: an instance that refuses a wrong request works. */
    ANSWERED,
    /** An answer that says that the service failed. */
    ERROR,
    /** No connection, a broken one, or no answer in time. */
    NO_ANSWER,
    /** It was not sent, which says nothing about the instance. */
    DISCARDED
}
