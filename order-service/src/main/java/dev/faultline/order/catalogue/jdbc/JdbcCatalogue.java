package dev.faultline.order.catalogue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.github.benmanes.caffeine.cache.CacheLoader;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.Sku;
import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.catalogue.Product;
import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Shards;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Products in the shard of their SKU, behind a cache, because every order reads prices. A product that is in use is
 * refreshed in the background, so that no order waits for its shard, or fails with it.
 */
@Repository
class JdbcCatalogue implements Catalogue {
    private static final int PAGE = 1_000;

    private static final BatchStatement<Sku, Product> FIND = new BatchStatement<>(
            "select sku, name, price_minor, currency from product where sku = any(?)",
            skus -> new Object[]{skus.stream().map(Sku::value).toArray(String[]::new)}, JdbcCatalogue::product);

    private final Shards shards;
    private final LoadingCache<Sku, Product> cache = Caffeine.newBuilder().maximumSize(10_000)
            .refreshAfterWrite(Duration.ofSeconds(2)).expireAfterWrite(Duration.ofSeconds(30))
            .executor(Executors.newVirtualThreadPerTaskExecutor()).build(CacheLoader.<Sku, Product>bulk(this::read));

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
        return cache.getAll(skus);
    }

    private Map<Sku, Product> read(Set<? extends Sku> skus) {
        return shards.<Sku, Product>read(List.copyOf(skus), JdbcCatalogue::bucketOf, FIND).stream()
                .collect(Collectors.toMap(Product::sku, Function.identity()));
    }

    /** Not from the cache. */
    @Override
    public Optional<Product> find(Sku sku, Reads reads) {
        List<Sku> one = List.of(sku);
        return reads.of(bucketOf(sku), session -> FIND.execute(session, one), () -> shards.read(one,
                JdbcCatalogue::bucketOf, FIND)).stream().findFirst();
    }

    @Override
    public List<Product> all(Reads reads) {
        Function<JdbcClient, List<Product>> query = jdbc -> jdbc
                .sql("""
                        select sku, name, price_minor, currency from product
                        where bucket in (select bucket from bucket_ownership) order by sku limit\s""" + PAGE)
                .query((row, _) -> product(row)).list();
        return reads.ofAll(query, () -> shards.readAll(query)).stream().flatMap(List::stream)
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
