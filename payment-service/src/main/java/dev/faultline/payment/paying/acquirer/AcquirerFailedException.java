package dev.faultline.payment.paying.acquirer;

/** The acquirer's answer says nothing about the payment; whether it did what was asked for is not known. */
class AcquirerFailedException extends RuntimeException {
    AcquirerFailedException(int status) {
        super("the acquirer answered " + status);
    }
}
