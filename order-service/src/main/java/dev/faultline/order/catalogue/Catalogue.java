package dev.faultline.order.catalogue;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.faultline.contracts.Sku;

/** The products. Every instance sees a changed price within five seconds. */
public interface Catalogue {

    /** Creates or updates a product. */
    void put(Product product);

    /** The products among these SKUs. */
    Map<Sku, Product> find(Collection<Sku> skus);

    /** All products by SKU, at most 1,000. */
    List<Product> all();
}
