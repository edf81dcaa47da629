package dev.faultline.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final String PRIMARY_ONLY = "?targetServerType=primary&hostRecheckSeconds=1";

    /**
     * A database, owned by the role of the same name.
     *
     * @param poolSize the maximum number of connections from an instance to each shard
     */
    public record Database(String name, @DefaultValue("") String password, @DefaultValue("4") int poolSize) {}

    ShardDatabases databases() {
        var databases = new ArrayList<ShardDatabase>();
        for (String shard : SHARD_SEPARATOR.splitAsStream(String.join(",", shards)).toList()) {
            Matcher matcher = SHARD.matcher(shard.replaceAll("\\s", ""));
            if (!matcher.matches()) {
                throw new IllegalArgumentException("faultline.shards: \"" + shard
                        + "\" must have the format name=host:port, like shard-1=localhost:5432, or with standbys"
                        + " name=host:port,host:port");
            }
            String servers = matcher.group(2);
            var url = "jdbc:postgresql://" + servers + "/" + database.name + (servers.contains(",") ? PRIMARY_ONLY
                    : "");
            databases.add(new ShardDatabase(new ShardName(matcher.group(1)), url, database.name, database.password));
        }
        databases.sort((a, b) -> a.shard().compareTo(b.shard()));
        if (databases.stream().map(ShardDatabase::shard).distinct().count() != databases.size()) {
            throw new IllegalArgumentException("faultline.shards: duplicate shard name: " + shards);
        }
        return new ShardDatabases(databases);
    }
}
