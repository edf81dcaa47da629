package dev.faultline.sharding;

import dev.faultline.discovery.FencingToken;
import org.springframework.dao.NonTransientDataAccessException;

/** A shard rejected a leader's token because it has seen a higher one: another instance leads, or tokens restarted. */
public class StaleLeaderException extends NonTransientDataAccessException {
    private final transient FencingToken highest;

    StaleLeaderException(ShardName shard, String role, FencingToken token, FencingToken highest) {
        super(shard + " has seen token " + highest + " of " + role + " and rejects " + token);
        this.highest = highest;
    }

    /** The highest token that the shard has seen. */
    public FencingToken highest() {
        return highest;
    }
}
