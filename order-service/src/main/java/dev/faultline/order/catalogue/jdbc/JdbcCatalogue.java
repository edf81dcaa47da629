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
import java.util.function.Predicate;
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
import dev.faultline.sharding.ShardSession;
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

    private static final String COLUMNS = "select sku, name, price_minor, currency from product ";
    private static final String INSERT = """
            insert into product (sku, bucket, name, price_minor, currency) values (?, ?, ?, ?, ?)
            on conflict (sku) do\s""";
    private static final String UPDATE = """
            update set name = excluded.name, price_minor = excluded.price_minor, currency = excluded.currency""";

    private static final BatchStatement<Sku, Product> FIND = new BatchStatement<>(COLUMNS + "where sku = any(?)",
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
        shards.transact(bucketOf(product.sku()), session -> store(session, product, UPDATE));
        cache.invalidate(product.sku());
    }

    /** The row is locked; where there is none, another insertion makes this one store nothing. */
    @Override
    public boolean put(Product product, Predicate<Optional<Product>> condition) {
        boolean stored = shards.transact(bucketOf(product.sku()), session -> {
            Optional<Product> current = session.jdbc().sql(COLUMNS + "where sku = ? for update").param(product.sku()
                    .value()).query((row, _) -> product(row)).optional();
            return condition.test(current) && store(session, product, current.isPresent() ? UPDATE : "nothing") == 1;
        });
        cache.invalidate(product.sku());
        return stored;
    }

    private static int store(ShardSession session, Product product, String onConflict) {
        return session.jdbc().sql(INSERT + onConflict).params(product.sku().value(), bucketOf(product.sku()).number(),
                product.name(), product.price().minorUnits(), product.price().currency()).update();
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
                .sql(COLUMNS + """
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
