package dev.faultline.verification.history;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Maps keys to buckets. Independent of the services' own code, whose mistakes a shared implementation would hide. */
public final class Buckets {
    static final int COUNT = 1_024;
    public static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private Buckets() {}

    /** The bucket of a customer or SKU: the first 64 bits of its SHA-256, modulo the number of buckets. */
    public static int ofKey(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), COUNT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first two digits of the ids of a bucket's orders, in Crockford's base 32. */
    public static String code(int bucket) {
        return "" + DIGITS.charAt(bucket / DIGITS.length()) + DIGITS.charAt(bucket % DIGITS.length());
    }

    /** The bucket of an order, from the first two digits of its id, in Crockford's base 32; -1 if the id has none. */
    static int ofOrder(String id) {
        int high = id.length() < 2 ? -1 : DIGITS.indexOf(id.charAt(0));
        int low = high < 0 ? -1 : DIGITS.indexOf(id.charAt(1));
        return low < 0 ? -1 : high * DIGITS.length() + low;
    }
}
