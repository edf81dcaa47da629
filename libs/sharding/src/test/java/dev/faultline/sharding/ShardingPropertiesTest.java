package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

import dev.faultline.testing.Postgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class ShardingPropertiesTest {
    /** No server listens on this port. */
    private static final String DEAD = "127.0.0.1:1";

    private final ShardDatabase database = database();
    private final String live = URI.create(database.jdbcUrl().substring("jdbc:".length())).getAuthority();

    @Test
    void readsShardsWithSeveralServers() {
        // Spring splits the value of an environment variable at every comma.
        var databases = properties("shard-2=c:1", "d:2", " shard-1=a:3", "b:4").databases().all();
        assertThat(databases).extracting(each -> each.shard().value()).containsExactly("shard-1", "shard-2");
        assertThat(databases).extracting(ShardDatabase::jdbcUrl).allSatisfy(url -> assertThat(url).startsWith(
                "jdbc:postgresql://"));
        assertThat(databases.getFirst().jdbcUrl()).contains("//a:3,b:4/");
        assertThat(databases.getLast().jdbcUrl()).contains("//c:1,d:2/");
    }

    @Test
    void onlyShardsWithSeveralServersHaveReplicas() {
        var replicas = properties("shard-1=a:1", "shard-2=c:1", "d:2").replicas().all();
        assertThat(replicas).extracting(each -> each.shard().value()).containsExactly("shard-2");
        assertThat(replicas.getFirst().jdbcUrl()).contains("//c:1,d:2/", "targetServerType=secondary");
    }

    @Test
    void everyConnectionHasTheParametersOfTheDatabase() {
        var single = withParameters("sslmode=verify-full&sslrootcert=ca", "shard-1=a:1");
        assertThat(single.databases().all().getFirst().jdbcUrl()).endsWith(
                "?sslmode=verify-full&sslrootcert=ca");
        var replicated = withParameters("sslmode=verify-full", "shard-1=a:1", "b:2");
        assertThat(replicated.databases().all().getFirst().jdbcUrl()).endsWith("&sslmode=verify-full").contains(
                "?targetServerType=primary");
        assertThat(replicated.replicas().all().getFirst().jdbcUrl()).endsWith("&sslmode=verify-full").contains(
                "?targetServerType=secondary");
    }

    @Test
    void connectsToTheServerThatIsUp() throws SQLException {
        connect("shard-1=" + DEAD, live);
        connect("shard-1=" + live, DEAD);
    }

    @Test
    void doesNotConnectToAReadOnlyServer() throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("alter role current_user set default_transaction_read_only = on");
        }
        assertThatThrownBy(() -> connect("shard-1=" + DEAD, live)).isInstanceOf(SQLException.class);
    }

    @Test
    void rejectsAnInvalidShardList() {
        for (String wrong : List.of("shard-1", "shard-1=", "shard-1=a", "shard-1=a:b", "=a:1", "shard-1=a:1,b",
                "a:1")) {
            assertThatIllegalArgumentException().isThrownBy(() -> properties(wrong.split(",")).databases())
                    .withMessageContaining("faultline.shards");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> properties("shard-1=a:1", "shard-1=b:1").databases())
                .withMessageContaining("duplicate");
    }

    private void connect(String... shards) throws SQLException {
        ShardDatabase found = properties(shards).databases().all().getFirst();
        try (var connection = DriverManager.getConnection(found.jdbcUrl(), found.user(), found.password())) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    private ShardingProperties properties(String... shards) {
        return withParameters("", shards);
    }

    private ShardingProperties withParameters(String parameters, String... shards) {
        return new ShardingProperties(List.of(shards), new ShardingProperties.Database(database.user(),
                database.password(), parameters, 8));
    }

    private static ShardDatabase database() {
        var database = Postgres.shared().createDatabase();
        return new ShardDatabase(TwoShards.ONE, database.jdbcUrl(), database.user(), database.password());
    }
}
