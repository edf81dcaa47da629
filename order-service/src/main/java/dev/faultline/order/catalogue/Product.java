package dev.faultline.order.catalogue;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.Sku;

/** Something that can be ordered, and its price for one. */
public record Product(Sku sku, String name, Money price) {}
