package dev.faultline.experiments.caching;

import java.util.List;

import dev.faultline.backing.ServiceDatabase;
import dev.faultline.verification.Target;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** The products of all shards, past order-service and the gateway. */
final class ProductTables {
    private final List<ServiceDatabase> databases;

    ProductTables(Target platform) {
        this.databases = platform.databases().stream().filter(database -> database.service().equals("orders")).toList();
    }

    /** Every read of a product waits until the action has ended, as for databases that are slow for a moment. */
    void whileHeld(Runnable action) {
        hold(databases, action);
    }

    private static void hold(List<ServiceDatabase> rest, Runnable action) {
        if (rest.isEmpty()) {
            action.run();
            return;
        }
        var database = dataSource(rest.getFirst());
        new TransactionTemplate(new DataSourceTransactionManager(database)).executeWithoutResult(_ -> {
            JdbcClient.create(database).sql("lock table product in access exclusive mode").update();
            hold(rest.subList(1, rest.size()), action);
        });
    }

    /** As a change that goes through another gateway. */
    void setPrice(String sku, long minorUnits) {
        databases.forEach(database -> JdbcClient.create(dataSource(database)).sql(
                "update product set price_minor = ? where sku = ?").params(minorUnits, sku).update());
    }

    private static DriverManagerDataSource dataSource(ServiceDatabase database) {
        return new DriverManagerDataSource(database.jdbcUrl(), database.user(), database.password());
    }
}
