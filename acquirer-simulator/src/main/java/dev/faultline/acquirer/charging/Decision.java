package dev.faultline.acquirer.charging;

/** What an operation does to a payment. */
public sealed interface Decision {
    /** It happens, and is to be journalled. */
    record Applied(Payment payment) implements Decision {}

    /** It had happened before: nothing happens again, and the first answer is given. */
    record Repeated(Payment firstAnswer) implements Decision {}

    /** It cannot happen to a payment that is as this one is. */
    record Refused(Payment payment, Reason reason) implements Decision {}

    /** Why an operation is refused. */
    enum Reason {
        /** The payment's state does not allow it. */
        WRONG_STATE,
        /** The id was used with another amount or another payment method. */
        OTHER_TERMS
    }
}
