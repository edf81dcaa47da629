package dev.faultline.verification.history;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The rule by which keys fall into buckets, written once more: a checker that called the services' would agree with its mistakes. */
final class Buckets {
    static final int COUNT = 1_024;
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private Buckets() {}

    /** A customer's or a SKU's: the first 64 bits of its SHA-256, modulo their number. */
    static int ofKey(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), COUNT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The two digits in Crockford's base 32 that an order's id begins with; -1 if it does not. */
    static int ofOrder(String id) {
        int high = id.length() < 2 ? -1 : DIGITS.indexOf(id.charAt(0));
        int low = high < 0 ? -1 : DIGITS.indexOf(id.charAt(1));
        return low < 0 ? -1 : high * DIGITS.length() + low;
    }
}
