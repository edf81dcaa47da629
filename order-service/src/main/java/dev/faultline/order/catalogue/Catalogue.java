package dev.faultline.order.catalogue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.faultline.contracts.Sku;
import dev.faultline.sharding.Reads;

/** The products. */
public interface Catalogue {

    /** Creates or updates a product. */
    void put(Product product);

    /**
     * The products among these SKUs, for placing orders. An instance sees a changed price two seconds later if the product
     * is ordered all the time, and after 30 seconds in any case.
     */
    Map<Sku, Product> find(Collection<Sku> skus);

    /** A product, as fresh as the client asks. */
    Optional<Product> find(Sku sku, Reads reads);

    /** All products by SKU, at most 1,000. */
    List<Product> all(Reads reads);
}
