package dev.faultline.sharding;

import dev.faultline.discovery.FencingToken;
import org.springframework.dao.NonTransientDataAccessException;

/** A shard refused a leader because it has seen a higher token: another leads by now, or tokens have started over. */
public class StaleLeaderException extends NonTransientDataAccessException {
    private final transient FencingToken highest;

    StaleLeaderException(ShardName shard, String role, FencingToken token, FencingToken highest) {
        super(shard + " has seen token " + highest + " of " + role + " and refuses " + token);
        this.highest = highest;
    }

    /** The token that the shard has seen. */
    public FencingToken highest() {
        return highest;
    }
}
