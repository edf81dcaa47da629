package dev.faultline.sharding;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What a client has seen of a service's data: of each shard, the log up to a position.
 *
 * <p>
 * Positions hold for one epoch of the shard map. A bucket may leave its shard and come back, and then a replica that has
 * reached the shard's old position shows the bucket as it was before it left; so what was seen under another map says nothing
 * about replicas.
 *
 * <p>
 * As text it is opaque and has a checksum, but is not signed: who forges a token deceives nobody but himself.
 *
 * @param service the database's name
 */
record SessionToken(String service, long epoch, SortedMap<ShardName, LogPosition> positions) {
    /** Enough for fifty shards. */
    private static final int LONGEST = 4_096;
    private static final Pattern FORMAT = Pattern.compile("(([a-z0-9_]+) (\\d{1,18}) ([a-z0-9=:,-]*)) ([0-9a-f]{1,8})");
    private static final Pattern POSITION = Pattern.compile("([a-z0-9-]+)=([0-9a-f]{1,7}):([0-9a-f]{1,15})");

    /** Of a client that has seen nothing. */
    static SessionToken none(String service) {
        return new SessionToken(service, 0, new TreeMap<>());
    }

    /**
     * Reads a token of this service.
     *
     * @throws IllegalArgumentException if it is none; the message says why
     */
    static SessionToken parse(String text, String service) {
        Matcher token = FORMAT.matcher(decoded(text));
        if (!token.matches() || !checksum(token.group(1)).equals(token.group(5))) {
            throw new IllegalArgumentException("it is damaged; send back what the last answer contained, unchanged");
        }
        if (!token.group(2).equals(service)) {
            throw new IllegalArgumentException("it is of " + token.group(2) + ", and this is " + service
                    + "; keep one token for each service");
        }
        var positions = new TreeMap<ShardName, LogPosition>();
        Matcher position = POSITION.matcher(token.group(4));
        while (position.find()) {
            positions.put(new ShardName(position.group(1)), new LogPosition(Integer.parseInt(position.group(2), 16),
                    Long.parseLong(position.group(3), 16)));
        }
        return new SessionToken(service, Long.parseLong(token.group(3)), positions);
    }

    private static String decoded(String text) {
        if (text.length() > LONGEST) {
            return "";
        }
        try {
            return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    boolean isEmpty() {
        return positions.isEmpty();
    }

    /** What a replica of the shard must have replayed; empty if only the primary can tell. */
    Optional<LogPosition> positionOn(ShardName shard, long currentEpoch) {
        return epoch == currentEpoch ? Optional.ofNullable(positions.get(shard)) : Optional.empty();
    }

    /** @param position not before that of this token */
    SessionToken plus(ShardName shard, LogPosition position, long currentEpoch) {
        var seen = new TreeMap<ShardName, LogPosition>();
        if (epoch == currentEpoch) {
            seen.putAll(positions);
        }
        seen.put(shard, position);
        return new SessionToken(service, currentEpoch, seen);
    }

    /** In characters that a header may contain. */
    String encode() {
        var content = new StringBuilder(service).append(' ').append(epoch).append(' ');
        positions.forEach((shard, position) -> content.append(shard).append('=')
                .append(Integer.toHexString(position.timeline())).append(':').append(Long.toHexString(position.lsn()))
                .append(','));
        String checked = content + " " + checksum(content.toString());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(checked.getBytes(StandardCharsets.US_ASCII));
    }

    private static String checksum(String content) {
        var checksum = new CRC32C();
        checksum.update(content.getBytes(StandardCharsets.US_ASCII));
        return Long.toHexString(checksum.getValue());
    }
}
