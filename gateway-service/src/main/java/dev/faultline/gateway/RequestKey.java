package dev.faultline.gateway;

import dev.faultline.service.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * The key by which equal requests go to the same instance: the customer. That is the caller; of a shop, which acts for all,
 * the field {@code customer} of the body or the parameter {@code customer}. A request that names no customer has its path.
 */
final class RequestKey {
    private static final String CUSTOMER = "customer";

    private RequestKey() {}

    static String of(HttpServletRequest request) {
        Caller caller = caller();
        if (caller != null && !caller.actsForAll()) {
            return caller.subject();
        }
        String customer = request.getAttribute(RequestLimitsFilter.BODY) instanceof byte[] body
                ? customerIn(body)
                : request.getParameter(CUSTOMER);
        return customer == null ? request.getRequestURI() : customer;
    }

    private static @Nullable Caller caller() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Caller caller ? caller : null;
    }

    /** Null also for a body that is no JSON, about which the service has to complain. */
    private static @Nullable String customerIn(byte[] body) {
        try (JsonParser json = JsonMapper.shared().createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isCustomer = CUSTOMER.equals(json.currentName());
                JsonToken value = json.nextToken();
                if (isCustomer) {
                    return value == JsonToken.VALUE_STRING ? json.getString() : null;
                }
                json.skipChildren();
            }
            return null;
        } catch (JacksonException e) {
            return null;
        }
    }
}
