package dev.faultline.acquirer.charging.web;

import java.time.Duration;

import dev.faultline.acquirer.charging.CapacityExceededException;
import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.Decision;
import dev.faultline.acquirer.charging.JournalFailedException;
import dev.faultline.acquirer.charging.Operation;
import dev.faultline.acquirer.charging.Operation.Authorize;
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
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final ChargingCards cards;
    private final FaultInjection faultInjection;
    private final StalledRequests held;

    ChargesController(ChargingCards cards, FaultInjection faultInjection, StalledRequests held) {
        this.cards = cards;
        this.faultInjection = faultInjection;
        this.held = held;
    }

    @PutMapping("/authorization")
    ResponseEntity<PaymentResponse> authorize(@PathVariable PaymentId id,
            @Valid @RequestBody AuthorizationRequest request) {
        InjectedFault fault = faultInjection.draw();
        Authorize asked = Authorize.of(request.details());
        return perform(id, fault.declines() ? asked.declined() : asked, fault);
    }

    @PutMapping("/capture")
    ResponseEntity<PaymentResponse> capture(@PathVariable PaymentId id) {
        return perform(id, new Operation.Capture(), faultInjection.draw());
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
        befall(faultInjection.draw());
        Payment payment = cards.find(id);
        if (payment.status() == Status.UNKNOWN) {
            throw new ProblemException(HttpStatus.NOT_FOUND, "unknown-payment", "There is no such payment",
                    "Nothing was ever asked for under " + id + ".");
        }
        return PaymentResponse.of(id, payment);
    }

    private ResponseEntity<PaymentResponse> perform(PaymentId id, Operation operation, InjectedFault fault) {
        befall(fault);
        Decision decision = cards.perform(id, operation);
        if (fault.timesOut()) {
            held.hold();
            throw new ProblemException(HttpStatus.GATEWAY_TIMEOUT, "simulated-timeout", "The acquirer timed out",
                    "Whether anything was done is for the journal to say.");
        }
        return PaymentResponse.of(id, decision);
    }

    private void befall(InjectedFault fault) {
        held.pause(fault.delay());
        switch (fault.failure()) {
            case NONE -> {
            }
            case ERROR -> throw new ProblemException(HttpStatus.INTERNAL_SERVER_ERROR, "simulated-failure",
                    "The acquirer failed", "As ordered; nothing was done.");
            case UNAVAILABLE -> throw new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "simulated-failure",
                    "The acquirer is not available", "As ordered; nothing was done.").retryAfter(TRY_AGAIN);
        }
    }

    @ExceptionHandler
    ErrorResponse journalFailed(JournalFailedException e) {
        return new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "journal-failed", "The acquirer cannot journal",
                "Whether anything was done is not known: " + e.getMessage());
    }

    @ExceptionHandler
    ErrorResponse full(CapacityExceededException e) {
        return new ProblemException(HttpStatus.INSUFFICIENT_STORAGE, "acquirer-full", "The acquirer is full",
                "Nothing was done: " + e.getMessage());
    }
}
