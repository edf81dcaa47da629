package dev.faultline.verification.container;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Names that only this JVM resolves. A broker advertises a name of the platform's own network, which a client outside of it
 * has to connect to and cannot look up anywhere. The JVM loads this class for its first look-up; all other names are resolved
 * as usual.
 */
public final class NodeNames extends InetAddressResolverProvider {
    private static final Map<String, InetAddress> ADDRESSES = new ConcurrentHashMap<>();

    /** The JVM may remember an earlier address of the name for half a minute. */
    static void resolve(String name, InetAddress address) {
        try {
            // With the name, which clients compare with that in a certificate instead of looking it up by the address.
            ADDRESSES.put(name, InetAddress.getByAddress(name, address.getAddress()));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new Resolver(configuration.builtinResolver());
    }

    @Override
    public String name() {
        return "faultline";
    }

    private record Resolver(InetAddressResolver usual) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            InetAddress address = ADDRESSES.get(host);
            return address == null ? usual.lookupByName(host, policy) : Stream.of(address);
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return usual.lookupByAddress(address);
        }
    }
}
