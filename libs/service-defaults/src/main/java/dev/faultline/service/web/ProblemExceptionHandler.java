package dev.faultline.service.web;

import java.util.List;

import dev.faultline.service.web.ProblemException.FieldError;
import jakarta.validation.ConstraintViolationException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Maps every exception of a controller to {@code application/problem+json} with a stable type. */
@RestControllerAdvice
@Order(0)
class ProblemExceptionHandler extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(ProblemExceptionHandler.class);
    private static final String INVALID = "invalid-request";

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(MethodArgumentNotValidException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var errors = e.getBindingResult().getFieldErrors().stream()
                .map(error -> new FieldError(error.getField(), String.valueOf(error.getDefaultMessage()))).toList();
        return respond(e, errors.isEmpty() ? malformed("the request is not valid") : invalid(errors), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var errors = e.getParameterValidationResults().stream()
                .flatMap(result -> result instanceof ParameterErrors fields
                        ? fields.getFieldErrors().stream()
                                .map(error -> new FieldError(error.getField(), message(error)))
                        : result.getResolvableErrors().stream().map(error -> new FieldError(
                                String.valueOf(result.getMethodParameter().getParameterName()), message(error))))
                .toList();
        return respond(e, invalid(errors), headers, request);
    }

    private static String message(MessageSourceResolvable error) {
        return String.valueOf(error.getDefaultMessage());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(HttpMessageNotReadableException e,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return respond(e, unreadable(e.getCause()), headers, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return respond(e, invalid(List.of(new FieldError(e.getParameterName(), "is missing"))), headers, request);
    }

    /** Locates the error in the JSON; never names a class. */
    private static ProblemException unreadable(@Nullable Throwable cause) {
        if (!(cause instanceof JacksonException json)) {
            return malformed("a JSON body is required");
        }
        String field = path(json);
        if (field.isEmpty()) {
            var at = json.getLocation();
            return malformed("the body is not valid JSON"
                    + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr()));
        }
        return invalid(List.of(new FieldError(field, switch (json) {
            case UnrecognizedPropertyException unknown ->
                "is unknown; known fields are " + unknown.getKnownPropertyIds();
            case InvalidFormatException format -> "has an invalid value: " + format.getValue();
            default -> json.getCause() instanceof IllegalArgumentException refused
                    ? String.valueOf(refused.getMessage())
                    : "is missing or has a value of the wrong type";
        })));
    }

    private static String path(JacksonException e) {
        var path = new StringBuilder();
        for (var reference : e.getPath()) {
            if (reference.getPropertyName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
            } else {
                path.append('[').append(reference.getIndex()).append(']');
            }
        }
        return path.toString();
    }

    private static ProblemException invalid(List<FieldError> errors) {
        return ProblemException.invalid(INVALID, "The request is not valid", errors);
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(HttpStatus.BAD_REQUEST, "malformed-request", "The request cannot be read", detail);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> wrongType(MethodArgumentTypeMismatchException e, WebRequest request) {
        Throwable cause = e.getMostSpecificCause();
        String reason = cause instanceof IllegalArgumentException && !(cause instanceof NumberFormatException)
                && cause.getMessage() != null ? cause.getMessage() : "has an invalid value";
        return respond(e, invalid(List.of(new FieldError(e.getName(), reason))), new HttpHeaders(), request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> undecodable(InvalidParameterException e, WebRequest request) {
        return respond(e, malformed("the query cannot be decoded"), new HttpHeaders(), request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> constraintViolated(ConstraintViolationException e, WebRequest request) {
        var errors = e.getConstraintViolations().stream()
                .map(violation -> new FieldError(violation.getPropertyPath().toString(), violation.getMessage()))
                .toList();
        return respond(e, invalid(errors), new HttpHeaders(), request);
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> internalError(Exception e, WebRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            return null;
        }
        log.error("A request failed unexpectedly: {}", request.getDescription(false), e);
        return respond(e, new ProblemException(HttpStatus.INTERNAL_SERVER_ERROR, "internal-error",
                "Internal error", "The error was logged with the correlation id of this request."),
                new HttpHeaders(), request);
    }

    private @Nullable ResponseEntity<Object> respond(Exception e, ProblemException problem, HttpHeaders headers,
            WebRequest request) {
        var all = new HttpHeaders();
        all.putAll(headers);
        all.putAll(problem.getHeaders());
        return super.handleExceptionInternal(e, problem.getBody(), all, problem.getStatusCode(), request);
    }

    /** Derives the type of Spring's own errors from their reason phrase. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(Exception e, @Nullable Object body,
            HttpHeaders headers, HttpStatusCode code, WebRequest request) {
        Object answer = body == null && e instanceof org.springframework.web.ErrorResponse error ? error.getBody()
                : body;
        HttpStatus status = HttpStatus.resolve(code.value());
        if (answer instanceof ProblemDetail problem && status != null && isUntyped(problem)) {
            answer = ProblemException.detail(status,
                    problem.getDetail() == null ? status.getReasonPhrase() : problem.getDetail());
        }
        return super.handleExceptionInternal(e, answer, headers, code, request);
    }

    private static boolean isUntyped(ProblemDetail problem) {
        return problem.getType() == null || problem.getType().toString().equals("about:blank");
    }
}
