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
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import org.springframework.stereotype.Repository;

/** Products in the shard of their SKU, behind a short-lived cache, because every order reads prices. */
@Repository
class JdbcCatalogue implements Catalogue {
    private static final int PAGE = 1_000;

    private static final BatchStatement<Sku, Product> FIND = new BatchStatement<>(
            "select sku, name, price_minor, currency from product where sku = any(?)",
            skus -> new Object[]{skus.stream().map(Sku::value).toArray(String[]::new)}, JdbcCatalogue::product);

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
        for (Product product : shards.read(missing, JdbcCatalogue::bucketOf, FIND)) {
            found.put(product.sku(), product);
            cache.put(product.sku(), product);
        }
        return found;
    }

    @Override
    public List<Product> all() {
        return shards.readAll(jdbc -> jdbc
                .sql("""
                        select sku, name, price_minor, currency from product
                        where bucket in (select bucket from bucket_ownership) order by sku limit\s""" + PAGE)
                .query((row, _) -> product(row)).list()).stream().flatMap(List::stream)
                .sorted(Comparator.comparing(Product::sku)).limit(PAGE).toList();
    }

    private static Bucket bucketOf(Sku sku) {
        return Bucket.of(sku.value());
    }

    private static Product product(ResultSet row) throws SQLException {
        return new Product(new Sku(row.getString("sku")), row.getString("name"),
                new Money(row.getLong("price_minor"), row.getString("currency")));
    }
}
