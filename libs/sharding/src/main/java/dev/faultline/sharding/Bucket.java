package dev.faultline.sharding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The unit of data ownership: each service has 1,024 buckets. A key's bucket never changes; buckets move between
 * shards, keys do not.
 */
public record Bucket(int number) implements Comparable<Bucket> {
    public static final int COUNT = 1024;
    /** Cloned for each use, because the search for a provider costs more than the digest. */
    private static final MessageDigest SHA_256 = sha256();
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /** @throws IllegalArgumentException outside of 0 to 1023 */
    public Bucket {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("a bucket must be from 0 to " + (COUNT - 1) + ": " + number);
        }
    }

    /** The bucket of a key, by SHA-256: the same in every language and release. */
    public static Bucket of(String key) {
        return new Bucket((int) Long.remainderUnsigned(hash(key), COUNT));
    }

    /**
     * The inverse of {@link #code()}.
     *
     * @throws IllegalArgumentException if it is not two digits of Crockford's base 32
     */
    public static Bucket parse(String code) {
        int high = code.length() == 2 ? ALPHABET.indexOf(code.charAt(0)) : -1;
        int low = high < 0 ? -1 : ALPHABET.indexOf(code.charAt(1));
        if (low < 0) {
            throw new IllegalArgumentException("not a bucket code: " + code);
        }
        return new Bucket(high * ALPHABET.length() + low);
    }

    /** Two digits of Crockford's base 32, as order ids contain them. */
    public String code() {
        return "" + ALPHABET.charAt(number / ALPHABET.length()) + ALPHABET.charAt(number % ALPHABET.length());
    }

    @Override
    public int compareTo(Bucket other) {
        return Integer.compare(number, other.number);
    }

    static long hash(String text) {
        try {
            var sha = (MessageDigest) SHA_256.clone();
            return ByteBuffer.wrap(sha.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's SHA-256 can be cloned", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
