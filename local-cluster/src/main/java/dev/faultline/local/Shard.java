package dev.faultline.local;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Replication;
import org.jspecify.annotations.Nullable;

/**
 * A shard and its servers: one of the same name, or two, {@code NAME-a} and {@code NAME-b}, of which either is the primary.
 *
 * @param mode how the two replicate; null if there is one
 */
record Shard(String name, Replication.@Nullable Mode mode, List<PostgresServer> servers, TransportSecurity security) {
    Shard {
        servers = List.copyOf(servers);
    }

    boolean hasStandby() {
        return mode != null;
    }

    /** The addresses of its servers, as {@code faultline.shards} has them. */
    String addresses() {
        return servers.stream().map(server -> "127.0.0.1:" + server.port()).collect(Collectors.joining(","));
    }

    /** The URL of a role's database on the primary, whichever server that is. */
    String jdbcUrl(String database, String role) {
        String parameters = Stream.of(hasStandby() ? "targetServerType=primary&hostRecheckSeconds=1" : "", security
                .jdbcParameters(role)).filter(each -> !each.isEmpty()).collect(Collectors.joining("&"));
        return "jdbc:postgresql://" + addresses() + "/" + database + (parameters.isEmpty() ? "" : "?" + parameters);
    }
}
