package dev.faultline.inventory.reservation;

import dev.faultline.contracts.Sku;

/** More was asked for than there was. */
public record Shortage(Sku sku, int requested, int available) {}
