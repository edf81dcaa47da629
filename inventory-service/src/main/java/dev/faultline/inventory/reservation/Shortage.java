package dev.faultline.inventory.reservation;

import dev.faultline.contracts.Sku;

/** More was ordered than was available. */
public record Shortage(Sku sku, int requested, int available) {}
