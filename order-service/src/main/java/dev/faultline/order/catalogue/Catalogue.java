package dev.faultline.order.catalogue;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.faultline.contracts.Sku;

/** The products. A changed price is seen by every instance within five seconds. */
public interface Catalogue {

    /** Adds the product, or changes it. */
    void put(Product product);

    /** Those of these SKUs that are products. */
    Map<Sku, Product> find(Collection<Sku> skus);

    /** All products by SKU, at most 1,000. */
    List<Product> all();
}
