package dev.faultline.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where a service's shards are.
 *
 * @param shards one {@code name=host:port} for each shard; {@code name=host:port,host:port} where a shard has standbys:
 *        whichever of these servers is the primary at the moment is connected to
 * @param database this service's database, of the same name on every shard
 */
@ConfigurationProperties("faultline")
public record ShardingProperties(List<String> shards, Database database) {
    private static final String SERVER = "[^:=,]+:\\d{1,5}";
    private static final Pattern SHARD = Pattern.compile("([^=,]+)=(" + SERVER + "(?:," + SERVER + ")*)");
    /** The next shard begins where a name follows the comma, and not the next server of the same shard. */
    private static final Pattern BETWEEN_SHARDS = Pattern.compile(",(?=[^,=]*=)");
    /** A standby that was asked a moment ago may be the primary by now. */
    private static final String PRIMARY = "?targetServerType=primary&hostRecheckSeconds=1";

    /**
     * A database and the role of the same name that owns it.
     *
     * @param poolSize connections that an instance opens to each shard at most
     */
    public record Database(String name, @DefaultValue("") String password, @DefaultValue("8") int poolSize) {}

    ShardDatabases databases() {
        var databases = new ArrayList<ShardDatabase>();
        for (String shard : BETWEEN_SHARDS.splitAsStream(String.join(",", shards)).toList()) {
            Matcher matcher = SHARD.matcher(shard.replaceAll("\\s", ""));
            if (!matcher.matches()) {
                throw new IllegalArgumentException("faultline.shards: \"" + shard
                        + "\" is not of the form name=host:port, like shard-1=localhost:5432, with standbys"
                        + " name=host:port,host:port");
            }
            String servers = matcher.group(2);
            var url = "jdbc:postgresql://" + servers + "/" + database.name + (servers.contains(",") ? PRIMARY : "");
            databases.add(new ShardDatabase(new ShardName(matcher.group(1)), url, database.name, database.password));
        }
        databases.sort((a, b) -> a.shard().compareTo(b.shard()));
        if (databases.stream().map(ShardDatabase::shard).distinct().count() != databases.size()) {
            throw new IllegalArgumentException("faultline.shards: a shard is named twice: " + shards);
        }
        return new ShardDatabases(databases);
    }
}
