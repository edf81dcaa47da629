package dev.faultline.order.catalogue;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.Sku;

/** A product and its unit price. */
public record Product(Sku sku, String name, Money price) {}
