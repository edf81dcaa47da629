package dev.faultline.order.ordering.web;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.contracts.OrderId;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.Placement;
import dev.faultline.order.ordering.PlacingOrder;
import dev.faultline.service.security.Caller;
import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.ProblemException.FieldError;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/orders")
class OrderController {
    /** An invalid preference is ignored, as RFC 7240 requires. */
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;\\s])wait=(\\d{1,6})(?:$|[,;\\s])");
    private static final int MAX_WAIT_S = 10;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private final PlacingOrder placing;
    private final Orders orders;

    OrderController(PlacingOrder placing, Orders orders) {
        this.placing = placing;
        this.orders = orders;
    }

    /** A page of a customer's orders; {@code next} links to the next page, if there is one. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<OrderResponse> orders, @Nullable String next) {}

    @PostMapping
    ResponseEntity<OrderResponse> place(@Valid @RequestBody PlaceOrderRequest request, Caller caller,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer, Reads reads) {
        if (key != null && !KEY.matcher(key).matches()) {
            throw ProblemException.invalid("invalid-request", "The request is not valid", List.of(
                    new FieldError("Idempotency-Key", "must be 1 to 128 visible ASCII characters, without spaces")));
        }
        int waitSeconds = waitSeconds(prefer);
        return switch (placing.place(request.toDomain(customer(request.customer(), caller)), key, Duration.ofSeconds(
                waitSeconds))) {
            case Placement.Accepted(var order) -> {
                reads.wrote(Bucket.parse(order.order().id().bucketCode()));
                yield accepted(order, waitSeconds);
            }
            case Placement.KeyReused() -> throw ProblemException.invalid("idempotency-key-reused",
                    "The key belongs to another order", List.of(new FieldError("Idempotency-Key",
                            "was used with another body; use a new key for a new order")));
            case Placement.Busy() -> throw new ProblemException(HttpStatus.TOO_MANY_REQUESTS, "busy",
                    "Too many orders are in flight", "The order was not stored; retry later with the same"
                            + " Idempotency-Key.").retryAfter(RETRY_AFTER);
            case Placement.Invalid(var violations) -> throw ProblemException.invalid(
                    violations.getFirst().kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    "The order cannot be placed",
                    violations.stream().map(violation -> new FieldError(violation.field(), violation.reason()))
                            .toList());
        };
    }

    private static ResponseEntity<OrderResponse> accepted(OrderStatus status, int waitSeconds) {
        var answer = ResponseEntity.status(status.isComplete() ? HttpStatus.OK : HttpStatus.ACCEPTED)
                .location(URI.create("/api/orders/" + status.order().id()));
        if (waitSeconds > 0) {
            answer.header("Preference-Applied", "wait=" + waitSeconds);
        }
        return answer.body(OrderResponse.detailed(status));
    }

    private static int waitSeconds(@Nullable String prefer) {
        Matcher wait = WAIT.matcher(prefer == null ? "" : prefer);
        return wait.find() ? Math.min(Integer.parseInt(wait.group(1)), MAX_WAIT_S) : 0;
    }

    /** The customer that is named, or else the caller; a customer may name only itself. */
    private static CustomerId customer(@Nullable String named, Caller caller) {
        if (named == null) {
            if (caller.actsForAll()) {
                throw ProblemException.invalid("invalid-request", "The request is not valid", List.of(
                        new FieldError("customer", "is missing")));
            }
            try {
                return new CustomerId(caller.subject());
            } catch (IllegalArgumentException e) {
                throw new ProblemException(HttpStatus.FORBIDDEN, "no-customer", "The caller is not a customer",
                        "The token's subject is " + e.getMessage() + ".");
            }
        }
        if (!caller.actsFor(named)) {
            throw new ProblemException(HttpStatus.FORBIDDEN, "another-customer", "The customer is not you",
                    "The token is for another customer than the request.");
        }
        return new CustomerId(named);
    }

    /**
     * Somebody else's order does not exist for the caller. The version of an order's last step is its entity tag: Spring
     * answers 304 if the request's If-None-Match has it.
     */
    @GetMapping("/{id}")
    ResponseEntity<OrderResponse> one(@PathVariable OrderId id, Caller caller, Reads reads) {
        OrderStatus order = orders.find(id, reads).filter(found -> caller.actsFor(found.order().customer().value()))
                .orElseThrow(() -> new ProblemException(HttpStatus.NOT_FOUND, "unknown-order", "No such order",
                        "There is no order " + id + "."));
        return ResponseEntity.ok().eTag(String.valueOf(order.timeline().getLast().version())).body(OrderResponse
                .detailed(order));
    }

    @GetMapping
    Page page(@RequestParam(name = "customer", required = false) @Nullable CustomerId named,
            @RequestParam(defaultValue = "20") @Min(value = 1, message = "must be at least 1") @Max(value = 100, message = "must be at most 100") int limit,
            @RequestParam(required = false) @Nullable OrderId after, Caller caller,
            Reads reads) {
        CustomerId customer = customer(named == null ? null : named.value(), caller);
        List<OrderStatus> page = orders.of(customer, limit, after, reads);
        String next = page.size() < limit ? null
                : "/api/orders?customer=" + customer + "&limit=" + limit + "&after=" + page.getLast().order().id();
        return new Page(page.stream().map(OrderResponse::summary).toList(), next);
    }
}
