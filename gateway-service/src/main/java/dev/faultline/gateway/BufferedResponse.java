package dev.faultline.gateway;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicHeader;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.ServerResponse;

/** A service's response, without what is internal to it: its address, its server, its connection. */
final class BufferedResponse implements ServerResponse {
    private static final Set<String> NOT_RETURNED = Set.of("connection", "date", "keep-alive", "server", "trailer",
            "transfer-encoding", "upgrade");
    private static final Pattern ORIGIN = Pattern.compile("^https?://[^/]*");
    private static final byte[] NONE = {};

    private final HttpStatusCode status;
    private final Header[] fields;
    private final byte[] body;

    /** Reads the whole response. */
    BufferedResponse(ClassicHttpResponse response) throws IOException {
        this.status = HttpStatusCode.valueOf(response.getCode());
        this.fields = response.getHeaders();
        this.body = response.getEntity() == null ? NONE : EntityUtils.toByteArray(response.getEntity());
    }

    private BufferedResponse(HttpStatusCode status, Header[] fields, byte[] body) {
        this.status = status;
        this.fields = fields;
        this.body = body;
    }

    /** The same with this header, which replaces its like. */
    BufferedResponse with(String name, String value) {
        return new BufferedResponse(status, Stream.concat(Stream.of(fields).filter(field -> !field.getName()
                .equalsIgnoreCase(name)), Stream.of(new BasicHeader(name, value))).toArray(Header[]::new), body);
    }

    /** For a client that has the body already. */
    BufferedResponse notModified() {
        return new BufferedResponse(HttpStatus.NOT_MODIFIED, Stream.of(fields).filter(field -> !field.getName()
                .toLowerCase(Locale.ROOT).startsWith("content-")).toArray(Header[]::new), NONE);
    }

    /** Of the body, in bytes. */
    int size() {
        return body.length;
    }

    @Override
    public HttpStatusCode statusCode() {
        return status;
    }

    @Override
    public HttpHeaders headers() {
        var headers = new HttpHeaders();
        for (Header field : fields) {
            headers.add(field.getName(), field.getValue());
        }
        return headers;
    }

    @Override
    public MultiValueMap<String, Cookie> cookies() {
        return new LinkedMultiValueMap<>();
    }

    @Override
    public @Nullable ModelAndView writeTo(HttpServletRequest request, HttpServletResponse response, Context context)
            throws IOException {
        response.setStatus(status.value());
        for (Header field : fields) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            if (name.equals("location")) {
                response.addHeader(field.getName(), ORIGIN.matcher(field.getValue()).replaceFirst(""));
            } else if (!NOT_RETURNED.contains(name)) {
                response.addHeader(field.getName(), field.getValue());
            }
        }
        response.getOutputStream().write(body);
        return null;
    }
}
