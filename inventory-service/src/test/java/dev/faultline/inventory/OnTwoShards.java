package dev.faultline.inventory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.faultline.testing.Database;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestPlatform;
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
            TestPropertyValues.of(TestPlatform.properties(one, two)).applyTo(context);
        }
    }
}
