package dev.faultline.sharding;

import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Names a shard, a PostgreSQL server that owns some of the buckets. Lower-case letters, digits, dashes; 32 at most. */
public record ShardName(@JsonValue String value) implements Comparable<ShardName> {
    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    /** @throws IllegalArgumentException if the text is not of that form */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ShardName {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not the name of a shard: \"" + value + "\"; expected one like shard-1");
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
