package dev.faultline.sharding;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The name of a shard, which is a PostgreSQL server that owns some of the buckets. It begins with a lower-case letter,
 * followed by up to 31 lower-case letters, digits and dashes.
 */
public record ShardName(@JsonValue String value) implements Comparable<ShardName> {
    private static final Pattern PATTERN = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** @throws IllegalArgumentException if {@code value} does not have this format */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ShardName {
        if (!PATTERN.matcher(value).matches()) {
            throw new IllegalArgumentException("not a shard name: \"" + value + "\"; expected a name like shard-1");
        }
    }

    @Override
    public int compareTo(ShardName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
