package dev.faultline.inventory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.faultline.testing.Consul;
import dev.faultline.testing.Database;
import dev.faultline.testing.Kafka;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestIssuer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/** Runs the service with two PostgreSQL servers, Kafka and Consul; the context is shared by all tests of a JVM. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "management.tracing.export.enabled=true", "management.tracing.sampling.probability=1"})
@ContextConfiguration(initializers = OnTwoShards.RealInfrastructure.class)
public @interface OnTwoShards {

    class RealInfrastructure implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            Database one = Postgres.shared().createDatabase("inventory");
            Database two = Postgres.another().createDatabase("inventory");
            TestPropertyValues.of(
                    "faultline.shards=shard-1=%s:%d,shard-2=%s:%d".formatted(one.host(), one.port(), two.host(),
                            two.port()),
                    "faultline.database.password=" + one.password(),
                    "spring.kafka.bootstrap-servers=" + Kafka.shared().bootstrapServers(),
                    "faultline.security.issuer=" + TestIssuer.shared().uri(),
                    "spring.cloud.consul.host=" + Consul.shared().host(),
                    "spring.cloud.consul.port=" + Consul.shared().port()).applyTo(context);
        }
    }
}
