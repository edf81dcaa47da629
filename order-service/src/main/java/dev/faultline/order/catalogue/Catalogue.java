package dev.faultline.order.catalogue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import dev.faultline.contracts.Sku;
import dev.faultline.sharding.Reads;

/** The products. */
public interface Catalogue {

    /** Creates or updates a product. */
    void put(Product product);

    /**
     * Creates or updates a product if the stored one meets the condition. Nobody changes it between the condition and the
     * update.
     *
     * @param condition on the stored product, which is empty if there is none
     * @return whether the product was stored
     */
    boolean put(Product product, Predicate<Optional<Product>> condition);

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
