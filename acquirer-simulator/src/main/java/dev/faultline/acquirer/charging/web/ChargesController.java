package dev.faultline.acquirer.charging.web;

import java.time.Duration;

import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.Decision;
import dev.faultline.acquirer.charging.JournalFailedException;
import dev.faultline.acquirer.charging.Operation;
import dev.faultline.acquirer.charging.Operation.Charge;
import dev.faultline.acquirer.charging.Payment;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.PaymentId;
import dev.faultline.acquirer.faults.FaultInjection;
import dev.faultline.acquirer.faults.InjectedFault;
import dev.faultline.service.web.ProblemException;
import jakarta.validation.Valid;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /payments/{id}}: the operations on a payment, all idempotent. */
@RestController
@RequestMapping("/payments/{id}")
class ChargesController {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ChargingCards cards;
    private final FaultInjection faultInjection;
    private final StalledRequests stalledRequests;

    ChargesController(ChargingCards cards, FaultInjection faultInjection, StalledRequests stalledRequests) {
        this.cards = cards;
        this.faultInjection = faultInjection;
        this.stalledRequests = stalledRequests;
    }

    @PutMapping("/charge")
    ResponseEntity<PaymentResponse> charge(@PathVariable PaymentId id, @Valid @RequestBody ChargeRequest request) {
        InjectedFault fault = faultInjection.draw();
        Charge charge = Charge.of(request.details());
        return perform(id, fault.declines() ? charge.declined() : charge, fault);
    }

    @PutMapping("/void")
    ResponseEntity<PaymentResponse> cancel(@PathVariable PaymentId id) {
        return perform(id, new Operation.Cancel(), faultInjection.draw());
    }

    @PutMapping("/refund")
    ResponseEntity<PaymentResponse> refund(@PathVariable PaymentId id) {
        return perform(id, new Operation.Refund(), faultInjection.draw());
    }

    @GetMapping
    PaymentResponse find(@PathVariable PaymentId id) {
        inject(faultInjection.draw());
        Payment payment = cards.find(id);
        if (payment.status() == Status.UNKNOWN) {
            throw new ProblemException(HttpStatus.NOT_FOUND, "unknown-payment", "Unknown payment",
                    "There is no payment " + id + ".");
        }
        return PaymentResponse.of(id, payment);
    }

    private ResponseEntity<PaymentResponse> perform(PaymentId id, Operation operation, InjectedFault fault) {
        inject(fault);
        Decision decision = cards.perform(id, operation);
        if (fault.timesOut()) {
            stalledRequests.stall();
            throw new ProblemException(HttpStatus.GATEWAY_TIMEOUT, "simulated-timeout", "The acquirer timed out",
                    "An injected fault. The journal shows whether the operation took effect.");
        }
        return PaymentResponse.of(id, decision);
    }

    private void inject(InjectedFault fault) {
        stalledRequests.delay(fault.delay());
        switch (fault.failure()) {
            case NONE -> {
            }
            case ERROR -> throw new ProblemException(HttpStatus.INTERNAL_SERVER_ERROR, "simulated-failure",
                    "The acquirer failed", "An injected fault. The operation had no effect.");
            case UNAVAILABLE -> throw new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "simulated-failure",
                    "The acquirer is unavailable", "An injected fault. The operation had no effect.").retryAfter(
                            RETRY_AFTER);
        }
    }

    @ExceptionHandler
    ErrorResponse journalFailed(JournalFailedException e) {
        return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "journal-failed", "The acquirer's journal failed",
                "It is unknown whether the operation took effect: " + e.getMessage());
    }
}
