package dev.faultline.service.security;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

import dev.faultline.service.web.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.json.ProblemDetailJacksonMixin;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import tools.jackson.databind.json.JsonMapper;

/**
 * Says why a request is refused, as a problem with a header {@code WWW-Authenticate}. Nothing of a token is repeated.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-3">RFC 6750, section 3</a>
 */
final class SecurityProblems implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {
    private static final String REALM = "Bearer realm=\"faultline\"";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final AccessRules rules;
    private final JsonMapper json = JsonMapper.builder().addMixIn(ProblemDetail.class, ProblemDetailJacksonMixin.class)
            .build();

    SecurityProblems(AccessRules rules) {
        this.rules = rules;
    }

    /** No token, or one that is not accepted. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        switch (e) {
            case RefusedTokenException refused -> invalid(request, response, String.valueOf(refused.getMessage()));
            case OAuth2AuthenticationException _ -> invalid(request, response,
                    "The header Authorization has no well-formed bearer token.");
            case IssuerUnavailableException _ -> write(request, response, new ProblemException(
                    HttpStatus.SERVICE_UNAVAILABLE, "issuer-unavailable", "Tokens cannot be verified now",
                    "The issuer's keys are not known. Try again later.").retryAfter(RETRY_AFTER));
            default -> {
                if (rules.ruleOf(request).isEmpty()) {
                    noSuchOperation(request, response);
                } else {
                    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, REALM);
                    write(request, response, new ProblemException(HttpStatus.UNAUTHORIZED, "missing-token",
                            "A token is required",
                            "Send an access token of the issuer: Authorization: Bearer <token>."));
                }
            }
        }
    }

    private void invalid(HttpServletRequest request, HttpServletResponse response, String reason) throws IOException {
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, REALM + ", error=\"invalid_token\", error_description=\""
                + reason + '"');
        write(request, response, new ProblemException(HttpStatus.UNAUTHORIZED, "invalid-token",
                "The token is not accepted", reason));
    }

    /** A token that is accepted, without a scope for this operation. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException e)
            throws IOException {
        var rule = rules.ruleOf(request);
        if (rule.isEmpty()) {
            noSuchOperation(request, response);
            return;
        }
        Set<String> scopes = new TreeSet<>(rule.get().scopes());
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, REALM + ", error=\"insufficient_scope\", scope=\""
                + String.join(" ", scopes) + '"');
        write(request, response, new ProblemException(HttpStatus.FORBIDDEN, "insufficient-scope",
                "The token does not allow this", "It needs the scope " + String.join(" or ", scopes) + "."));
    }

    private void noSuchOperation(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Set<String> methods = rules.methodsAt(request);
        if (methods.isEmpty()) {
            write(request, response, new ProblemException(HttpStatus.NOT_FOUND, "not-found", "Not Found",
                    "There is no resource at this path."));
        } else {
            response.setHeader(HttpHeaders.ALLOW, String.join(", ", methods));
            write(request, response, new ProblemException(HttpStatus.METHOD_NOT_ALLOWED, "method-not-allowed",
                    "Method Not Allowed", "The resource at this path has other methods, see Allow."));
        }
    }

    /** A request that two parsers may interpret differently. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException e)
            throws IOException {
        write(request, response, new ProblemException(HttpStatus.BAD_REQUEST, "malformed-request",
                "The request cannot be read", "Its method, path or a header is not acceptable."));
    }

    private void write(HttpServletRequest request, HttpServletResponse response, ProblemException problem)
            throws IOException {
        problem.getBody().setInstance(ProblemException.instance(request.getRequestURI()));
        problem.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        response.setStatus(problem.getStatusCode().value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(problem.getBody()));
    }
}
