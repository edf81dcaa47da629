package dev.faultline.order.catalogue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.Sku;
import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.catalogue.Product;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import org.springframework.stereotype.Repository;

/** Products in the shard of their SKU, behind a short-lived cache, because every order reads prices. */
@Repository
class JdbcCatalogue implements Catalogue {
    private static final int PAGE = 1_000;

    private final Shards shards;
    private final Cache<Sku, Product> cache = Caffeine.newBuilder().maximumSize(10_000)
            .expireAfterWrite(Duration.ofSeconds(5)).build();

    JdbcCatalogue(Shards shards) {
        this.shards = shards;
    }

    @Override
    public void put(Product product) {
        Bucket bucket = bucketOf(product.sku());
        shards.transact(bucket, session -> session.jdbc().sql("""
                insert into product (sku, bucket, name, price_minor, currency) values (?, ?, ?, ?, ?)
                on conflict (sku) do update set name = excluded.name, price_minor = excluded.price_minor,
                    currency = excluded.currency""")
                .params(product.sku().value(), bucket.number(), product.name(), product.price().minorUnits(),
                        product.price().currency())
                .update());
        cache.invalidate(product.sku());
    }

    @Override
    public Map<Sku, Product> find(Collection<Sku> skus) {
        var found = new HashMap<Sku, Product>(cache.getAllPresent(skus));
        List<Sku> missing = skus.stream().filter(sku -> !found.containsKey(sku)).distinct().toList();
        shards.groupByShard(missing, JdbcCatalogue::bucketOf).forEach((_, onShard) -> {
            var values = onShard.stream().map(Sku::value).toArray(String[]::new);
            List<Product> products = shards.read(bucketOf(onShard.getFirst()),
                    jdbc -> jdbc.sql("select sku, name, price_minor, currency from product where sku = any(?)")
                            .param(values).query(JdbcCatalogue::product).list());
            products.forEach(product -> {
                found.put(product.sku(), product);
                cache.put(product.sku(), product);
            });
        });
        return found;
    }

    @Override
    public List<Product> all() {
        return shards.readAll(jdbc -> jdbc
                .sql("select sku, name, price_minor, currency from product order by sku limit " + PAGE)
                .query(JdbcCatalogue::product).list()).stream().flatMap(List::stream)
                .sorted(Comparator.comparing(Product::sku)).limit(PAGE).toList();
    }

    private static Bucket bucketOf(Sku sku) {
        return Bucket.of(sku.value());
    }

    private static Product product(ResultSet row, int number) throws SQLException {
        return new Product(new Sku(row.getString("sku")), row.getString("name"),
                new Money(row.getLong("price_minor"), row.getString("currency")));
    }
}
