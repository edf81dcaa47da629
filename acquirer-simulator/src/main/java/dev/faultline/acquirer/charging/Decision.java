package dev.faultline.acquirer.charging;

/** The effect of an operation on a payment. */
public sealed interface Decision {
    /** The operation is applied and must be journalled. */
    record Applied(Payment payment) implements Decision {}

    /** The operation was applied before: nothing changes, and the first answer is returned. */
    record Repeated(Payment firstAnswer) implements Decision {}

    /** The payment's state does not allow the operation. */
    record Refused(Payment payment, Reason reason) implements Decision {}

    /** Why an operation is rejected. */
    enum Reason {
        /** The payment's state does not allow it. */
        WRONG_STATE,
        /** The id was used with another amount or payment method. */
        OTHER_TERMS
    }
}
