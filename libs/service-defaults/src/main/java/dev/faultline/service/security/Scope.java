package dev.faultline.service.security;

/** The scopes of access tokens: what their bearer may do. docs/security.md has the table of operations. */
public final class Scope {
    /** Placing and reading the orders, and reading the payments, of the token's own subject. */
    public static final String ORDERS = "orders";
    /** The same on behalf of any customer: for the backend of a shop. */
    public static final String ORDERS_OF_ALL = "orders.all";
    /** Products and prices. */
    public static final String CATALOGUE = "catalogue.write";
    /** Goods receipts. */
    public static final String STOCK = "stock.write";
    /** Faults, moves of buckets, signing keys, journals. */
    public static final String OPERATIONS = "operations";
    /** Charging, voiding and refunding at the acquirer: for payment-service. */
    public static final String CHARGES = "charges";

    private Scope() {}
}
