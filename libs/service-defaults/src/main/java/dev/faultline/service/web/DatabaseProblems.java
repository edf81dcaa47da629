package dev.faultline.service.web;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Maps the failure of a database to a problem: it is down, overloaded or no longer the primary, and the client may retry. A
 * statement that can never succeed is an internal error, like any other exception.
 */
@RestControllerAdvice
@ConditionalOnClass(name = "org.springframework.dao.DataAccessException")
@Order(-1)
class DatabaseProblems {
    private static final Logger log = LoggerFactory.getLogger(DatabaseProblems.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final String UNKNOWN = "The outcome is unknown; retry with the same Idempotency-Key.";
    private static final String UNREAD = "The primary of a shard does not answer. Try again later, or read with the header"
            + " \"Consistency: eventual\": if the shard has a replica, that answers, and says how old its data is.";

    @ExceptionHandler({TransientDataAccessException.class, RecoverableDataAccessException.class,
        NonTransientDataAccessResourceException.class, UncategorizedDataAccessException.class})
    ResponseEntity<ProblemDetail> unavailable(DataAccessException e, HttpMethod method) {
        log.warn("A database is unavailable: {}", e.getMostSpecificCause().toString());
        var problem = new ProblemException(HttpStatus.SERVICE_UNAVAILABLE, "temporarily-unavailable",
                "The service cannot reach its data", HttpMethod.GET.equals(method) ? UNREAD : UNKNOWN).retryAfter(
                        RETRY_AFTER);
        return ResponseEntity.status(problem.getStatusCode()).headers(problem.getHeaders()).body(problem.getBody());
    }
}
