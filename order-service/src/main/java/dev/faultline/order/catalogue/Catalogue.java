package dev.faultline.order.catalogue;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.faultline.contracts.Sku;

/**
 * The products. An instance sees a changed price two seconds later if the product is ordered all the time, and after 30
 * seconds in any case.
 */
public interface Catalogue {

    /** Creates or updates a product. */
    void put(Product product);

    /** The products among these SKUs. */
    Map<Sku, Product> find(Collection<Sku> skus);

    /** All products by SKU, at most 1,000. */
    List<Product> all();
}
