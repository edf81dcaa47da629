package dev.faultline.service.web;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.springframework.http.HttpHeaders;

/**
 * After a response with {@code Connection: close}, the rest of the request's body is not waited for: Tomcat would read on, up
 * to two megabytes, however slowly they arrive.
 */
final class UnreadBodies extends ValveBase {

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        if ("close".equals(response.getHeader(HttpHeaders.CONNECTION)) && !isRead(request)) {
            response.finishResponse(); // what follows marks it as failed
            request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    private static boolean isRead(Request request) {
        var read = new AtomicBoolean();
        request.getCoyoteRequest().action(ActionCode.REQUEST_BODY_FULLY_READ, read);
        return read.get();
    }
}
