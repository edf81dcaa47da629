package dev.faultline.payment.paying.acquirer;

/** The acquirer's response does not tell the payment's state; the outcome of the request is unknown. */
class AcquirerFailedException extends RuntimeException {
    AcquirerFailedException(int status) {
        super("the acquirer responded with status " + status);
    }
}
