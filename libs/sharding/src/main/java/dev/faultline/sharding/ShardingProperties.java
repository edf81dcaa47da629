package dev.faultline.sharding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The addresses of a service's shards.
 *
 * @param shards {@code name=host:port} of each shard, or {@code name=host:port,host:port} of one with standbys;
 *        connections go to the current primary
 * @param database this service's database, which has the same name on every shard
 */
@ConfigurationProperties("faultline")
public record ShardingProperties(List<String> shards, Database database) {
    private static final String SERVER = "[^:=,]+:\\d{1,5}";
    private static final Pattern SHARD = Pattern.compile("([^=,]+)=(" + SERVER + "(?:," + SERVER + ")*)");
    /** A comma that is followed by {@code name=}; other commas separate the servers of one shard. */
    private static final Pattern SHARD_SEPARATOR = Pattern.compile(",(?=[^,=]*=)");
    /** The driver caches a server's role for one second only, because a standby may have been promoted. */
    private static final String PRIMARY_ONLY = "targetServerType=primary&hostRecheckSeconds=1";
    private static final String STANDBY_ONLY = "targetServerType=secondary&hostRecheckSeconds=1";

    /**
     * A database, owned by the role of the same name.
     *
     * @param parameters more of the driver's connection parameters, as in the query of a JDBC URL: {@code a=b&c=d}
     * @param poolSize the maximum number of connections from an instance to each shard
     */
    public record Database(String name, @DefaultValue("") String password, @DefaultValue("") String parameters,
            @DefaultValue("4") int poolSize) {}

    /** Every shard, at its current primary. */
    ShardDatabases databases() {
        var databases = new ArrayList<ShardDatabase>();
        for (Servers each : servers()) {
            databases.add(database(each, each.haveStandbys() ? PRIMARY_ONLY : ""));
        }
        if (databases.stream().map(ShardDatabase::shard).distinct().count() != databases.size()) {
            throw new IllegalArgumentException("faultline.shards: duplicate shard name: " + shards);
        }
        return new ShardDatabases(databases);
    }

    /** The shards that have standbys, at one of these. */
    ShardDatabases replicas() {
        return new ShardDatabases(servers().stream().filter(Servers::haveStandbys)
                .map(each -> database(each, STANDBY_ONLY)).toList());
    }

    /** @param addresses separated by commas */
    private record Servers(ShardName shard, String addresses) {
        boolean haveStandbys() {
            return addresses.contains(",");
        }
    }

    /** In the order of the shards' names. */
    private List<Servers> servers() {
        var servers = new ArrayList<Servers>();
        for (String shard : SHARD_SEPARATOR.splitAsStream(String.join(",", shards)).toList()) {
            Matcher matcher = SHARD.matcher(shard.replaceAll("\\s", ""));
            if (!matcher.matches()) {
                throw new IllegalArgumentException("faultline.shards: \"" + shard
                        + "\" must have the format name=host:port, like shard-1=localhost:5432, or with standbys"
                        + " name=host:port,host:port");
            }
            servers.add(new Servers(new ShardName(matcher.group(1)), matcher.group(2)));
        }
        servers.sort(Comparator.comparing(Servers::shard));
        return servers;
    }

    private ShardDatabase database(Servers servers, String role) {
        String parameters = Stream.of(role, database.parameters).filter(each -> !each.isEmpty()).collect(Collectors
                .joining("&"));
        return new ShardDatabase(servers.shard, "jdbc:postgresql://" + servers.addresses + "/" + database.name
                + (parameters.isEmpty() ? "" : "?" + parameters), database.name, database.password);
    }
}
