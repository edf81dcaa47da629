package dev.faultline.gateway;

/** All connections to an instance are in use, so nothing was sent in this attempt. */
final class InstanceBusyException extends RuntimeException {
    InstanceBusyException(Throwable cause) {
        super(null, cause, false, false);
    }
}
