package dev.faultline.gateway.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Whom the limit of an address is for: an IPv4 address, or the first 64 bits of an IPv6 address, of which a single client has
 * all. Headers like {@code X-Forwarded-For} count only if {@code server.forward-headers-strategy} is {@code native}.
 */
final class ClientAddress {
    private static final int PREFIX_BYTES = 8;

    private ClientAddress() {}

    static String of(HttpServletRequest request) {
        return of(request.getRemoteAddr());
    }

    static String of(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        InetAddress parsed = InetAddress.ofLiteral(address); // an IPv4 address if it is a mapped one
        return parsed instanceof Inet6Address ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(),
                PREFIX_BYTES)) : parsed.getHostAddress();
    }
}
