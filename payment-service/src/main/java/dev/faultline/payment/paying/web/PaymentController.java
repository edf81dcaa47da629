package dev.faultline.payment.paying.web;

import dev.faultline.contracts.OrderId;
import dev.faultline.payment.paying.PaymentDetails;
import dev.faultline.payment.paying.jdbc.PaymentQueries;
import dev.faultline.service.security.Caller;
import dev.faultline.service.web.ProblemException;
import dev.faultline.sharding.Reads;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/payments")
class PaymentController {
    private final PaymentQueries payments;

    PaymentController(PaymentQueries payments) {
        this.payments = payments;
    }

    /** Somebody else's payment does not exist for the caller. */
    @GetMapping("/{orderId}")
    PaymentResponse one(@PathVariable OrderId orderId, Caller caller, Reads reads) {
        return payments.find(orderId, reads).filter(found -> maySee(caller, found.payment().details())).map(
                PaymentResponse::of)
                .orElseThrow(() -> new ProblemException(HttpStatus.NOT_FOUND, "unknown-payment", "No such payment",
                        "There is no payment for order " + orderId + "."));
    }

    private static boolean maySee(Caller caller, @Nullable PaymentDetails details) {
        String customer = details == null ? null : details.customer();
        return customer == null ? caller.actsForAll() : caller.actsFor(customer);
    }
}
