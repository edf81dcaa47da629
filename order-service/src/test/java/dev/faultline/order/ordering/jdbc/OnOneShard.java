package dev.faultline.order.ordering.jdbc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.faultline.testing.Consul;
import dev.faultline.testing.Database;
import dev.faultline.testing.ExecutedPlans;
import dev.faultline.testing.Kafka;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestIssuer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/** Runs the service with one shard of its own, whose plans are logged; the context is shared by the tests of a JVM. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "spring.application.name=plans-test", "faultline.database.name=plans", "faultline.checkout.redrive-after=1h",
    "faultline.checkout.max-redrive-after=1h", "faultline.checkout.give-up-after=1h",
    "faultline.checkout.sweep-interval=200ms", "faultline.orders.history-retention=365d"})
@ContextConfiguration(initializers = OnOneShard.RealInfrastructure.class)
@interface OnOneShard {

    class RealInfrastructure implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        static final Database DATABASE = Postgres.shared().createDatabase("plans");
        static final ExecutedPlans PLANS = ExecutedPlans.in(Postgres.shared(), DATABASE);

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestPropertyValues.of("faultline.shards=shard-1=" + DATABASE.host() + ":" + DATABASE.port(),
                    "faultline.database.password=" + DATABASE.password(),
                    "spring.kafka.bootstrap-servers=" + Kafka.shared().bootstrapServers(),
                    "faultline.security.issuer=" + TestIssuer.shared().uri(),
                    "spring.cloud.consul.host=" + Consul.shared().host(),
                    "spring.cloud.consul.port=" + Consul.shared().port()).applyTo(context);
        }
    }
}
