package dev.faultline.experiments.ledger;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A row of the ledger.
 *
 * @param bucket      may move to another shard, and the row with it
 * @param micros      when it was posted, in microseconds since 1970
 * @param shard       that wrote it first
 * @param transaction that wrote it there
 */
record Transfer(String order, String kind, int bucket, String debit, String credit, long amountMinor, String currency,
        long micros, String shard, long transaction) {

    /** Identifies it, on all shards. */
    String key() {
        return order + "/" + kind;
    }

    /** A hash of every column. Each has its length or a fixed one, so no two different rows have the same serialization. */
    String leaf() {
        var bytes = new ByteArrayOutputStream(160);
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(order);
            out.writeUTF(kind);
            out.writeInt(bucket);
            out.writeUTF(debit);
            out.writeUTF(credit);
            out.writeLong(amountMinor);
            out.writeUTF(currency);
            out.writeLong(micros);
            out.writeUTF(shard);
            out.writeLong(transaction);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Sha256.of(bytes.toByteArray());
    }
}
