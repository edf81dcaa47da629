package dev.faultline.acquirer.charging.web;

import java.time.Duration;

import dev.faultline.acquirer.charging.ChargingCards;
import dev.faultline.acquirer.charging.Decision;
import dev.faultline.acquirer.charging.FullException;
import dev.faultline.acquirer.charging.JournalFailedException;
import dev.faultline.acquirer.charging.Operation;
import dev.faultline.acquirer.charging.Operation.Authorize;
import dev.faultline.acquirer.charging.Payment;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.PaymentId;
import dev.faultline.acquirer.faults.DrawingMisfortunes;
import dev.faultline.acquirer.faults.Misfortune;
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

/** {@code /payments/{id}}: what can be asked for, each as often as one likes with the same outcome. */
@RestController
@RequestMapping("/payments/{id}")
class PaymentController {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final ChargingCards cards;
    private final DrawingMisfortunes misfortunes;
    private final HeldRequests held;

    PaymentController(ChargingCards cards, DrawingMisfortunes misfortunes, HeldRequests held) {
        this.cards = cards;
        this.misfortunes = misfortunes;
        this.held = held;
    }

    @PutMapping("/authorization")
    ResponseEntity<PaymentAnswer> authorize(@PathVariable PaymentId id,
            @Valid @RequestBody AuthorizationRequest request) {
        Misfortune misfortune = misfortunes.draw();
        Authorize asked = Authorize.of(request.terms());
        return perform(id, misfortune.declines() ? asked.declined() : asked, misfortune);
    }

    @PutMapping("/capture")
    ResponseEntity<PaymentAnswer> capture(@PathVariable PaymentId id) {
        return perform(id, new Operation.Capture(), misfortunes.draw());
    }

    @PutMapping("/void")
    ResponseEntity<PaymentAnswer> cancel(@PathVariable PaymentId id) {
        return perform(id, new Operation.Cancel(), misfortunes.draw());
    }

    @PutMapping("/refund")
    ResponseEntity<PaymentAnswer> refund(@PathVariable PaymentId id) {
        return perform(id, new Operation.Refund(), misfortunes.draw());
    }

    @GetMapping
    PaymentAnswer find(@PathVariable PaymentId id) {
        befall(misfortunes.draw());
        Payment payment = cards.find(id);
        if (payment.status() == Status.UNKNOWN) {
            throw new ProblemException(HttpStatus.NOT_FOUND, "unknown-payment", "There is no such payment",
                    "Nothing was ever asked for under " + id + ".");
        }
        return PaymentAnswer.of(id, payment);
    }

    private ResponseEntity<PaymentAnswer> perform(PaymentId id, Operation operation, Misfortune misfortune) {
        befall(misfortune);
        Decision decision = cards.perform(id, operation);
        if (misfortune.timesOut()) {
            held.hold();
            throw new ProblemException(HttpStatus.GATEWAY_TIMEOUT, "simulated-timeout", "The acquirer timed out",
                    "Whether anything was done is for the journal to say.");
        }
        return PaymentAnswer.of(id, decision);
    }

    private void befall(Misfortune misfortune) {
        held.pause(misfortune.delay());
        switch (misfortune.failure()) {
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
    ErrorResponse full(FullException e) {
        return new ProblemException(HttpStatus.INSUFFICIENT_STORAGE, "acquirer-full", "The acquirer is full",
                "Nothing was done: " + e.getMessage());
    }
}
