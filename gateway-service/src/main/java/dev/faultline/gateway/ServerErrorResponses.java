package dev.faultline.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.ReferenceCountUtil;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Converts the server's own error responses to problem details and closes the connection. The server rejects requests
 * that are not valid HTTP or exceed its limits before any filter runs.
 */
final class ServerErrorResponses extends ChannelOutboundHandlerAdapter {
    private final JsonMapper json;

    ServerErrorResponses(JsonMapper json) {
        this.json = json;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the caller has the promise
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof FullHttpResponse original && original.status().code() >= 400
                && !original.headers().contains(CorrelationFilter.HEADER)) {
            context.write(problem(original), promise.unvoid().addListener(ChannelFutureListener.CLOSE));
            ReferenceCountUtil.release(original);
        } else {
            context.write(message, promise);
        }
    }

    private FullHttpResponse problem(FullHttpResponse original) {
        Problem problem = switch (original.status().code()) {
            case 414 -> new Problem(HttpStatus.URI_TOO_LONG, "path-too-long", "The request path is too long",
                    "It was not read completely.");
            case 431, 413 -> new Problem(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large",
                    "The request headers are too large", "They were not read completely.");
            default -> new Problem(HttpStatus.BAD_REQUEST, "malformed-request", "The request cannot be read",
                    "It is not a valid HTTP request.");
        };
        var body = Unpooled.wrappedBuffer(json.writeValueAsBytes(problem.body()));
        var answer = new DefaultFullHttpResponse(original.protocolVersion(), original.status(), body);
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return answer;
    }
}
