package dev.faultline.acquirer.faults.web;

import java.time.Duration;
import java.util.Optional;

import dev.faultline.acquirer.faults.FaultInjection;
import dev.faultline.acquirer.faults.Faults;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /faults}: reads, replaces and removes the configured faults. */
@RestController
@RequestMapping("/faults")
class FaultsController {
    private final FaultInjection faultInjection;

    FaultsController(FaultInjection faultInjection) {
        this.faultInjection = faultInjection;
    }

    /** Missing fields default to {@link Faults#NONE}. */
    record FaultsRequest(@DecimalMin("0") @DecimalMax("1") @Nullable Double declineShare,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double failShare,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double slowShare,
            @DurationMin @DurationMax(minutes = 1) @Nullable Duration slowFor,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double timeoutAfterChargeShare, @Nullable Long seed) {

        Faults faults() {
            return new Faults(share(declineShare), share(failShare), share(slowShare),
                    slowFor == null ? Faults.NONE.slowFor() : slowFor, share(timeoutAfterChargeShare),
                    Optional.ofNullable(seed));
        }

        private static double share(@Nullable Double share) {
            return share == null ? 0 : share;
        }
    }

    @GetMapping
    Faults faults() {
        return faultInjection.faults();
    }

    @PutMapping
    Faults replace(@Valid @RequestBody FaultsRequest request) {
        faultInjection.configure(request.faults());
        return faultInjection.faults();
    }

    @DeleteMapping
    Faults clear() {
        faultInjection.configure(Faults.NONE);
        return faultInjection.faults();
    }
}
