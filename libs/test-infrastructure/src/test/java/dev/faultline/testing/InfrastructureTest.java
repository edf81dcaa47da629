package dev.faultline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("integration")
class InfrastructureTest {

    @Test
    void createsADatabaseOfItsOwnForEachCaller() throws Exception {
        Database mine = Postgres.shared().createDatabase();
        Database other = Postgres.shared().createDatabase();

        assertThat(mine.jdbcUrl()).isNotEqualTo(other.jdbcUrl());
        try (var connection = DriverManager.getConnection(mine.jdbcUrl(), mine.user(), mine.password());
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE mine (id int)");
        }
        Database superuser = mine.asSuperuser();
        try (var connection = DriverManager.getConnection(superuser.jdbcUrl(), superuser.user(), superuser.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT tableowner FROM pg_tables WHERE tablename = 'mine'")) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo(mine.user());
        }
    }

    @Test
    void startsAKafkaBroker() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", Kafka.shared().bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("a-topic", 8, (short) 1))).all().get();
            assertThat(admin.listTopics().names().get()).contains("a-topic");
        }
    }

    @Test
    void startsAConsulAgent() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var leader = HttpRequest.newBuilder(Consul.shared().uri().resolve("/v1/status/leader")).build();
            assertThat(http.send(leader, HttpResponse.BodyHandlers.ofString()).body()).contains("127.0.0.1");
        }
    }
}
