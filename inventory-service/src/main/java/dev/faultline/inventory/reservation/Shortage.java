package dev.faultline.inventory.reservation;

import dev.faultline.contracts.Sku;

/** A SKU of which more was ordered than was available. */
public record Shortage(Sku sku, int requested, int available) {}
