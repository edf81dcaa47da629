package dev.faultline.local;

import java.sql.SQLException;

import dev.faultline.backing.PostgresRole;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ReplayState;
import dev.faultline.backing.Replication;
import dev.faultline.backing.ReplicationState;
import dev.faultline.backing.StandbyReplay;

/** What ./faultline status says about a server of a shard that has a standby. */
final class RoleText {
    private RoleText() {}

    static String of(Shard shard, PostgresServer server) {
        if (server.role() == PostgresRole.NONE) {
            return "fenced; is rebuilt as the standby";
        }
        if (server.role() == PostgresRole.STANDBY) {
            return "standby of " + peer(shard, server) + lag(server);
        }
        try {
            return "primary; " + standby(peer(shard, server), shard.mode() == Replication.Mode.SYNCHRONOUS, server
                    .replicationState());
        } catch (SQLException e) {
            return "primary";
        }
    }

    private static String lag(PostgresServer standby) {
        try {
            ReplayState state = new StandbyReplay(standby).state();
            return state.isPaused()
                    ? "; LAGS: it has not replayed %,d bytes of the log that it has received, and replays nothing until ./faultline resume %s"
                            .formatted(state.bytesBehind(), standby.name()) : "";
        } catch (SQLException e) {
            return "";
        }
    }

    private static String standby(String name, boolean synchronous, ReplicationState state) {
        if (state.isStreaming()) {
            return (synchronous ? "synchronous standby " : "asynchronous standby ") + name
                    + " is %,d bytes behind".formatted(state.bytesBehind());
        }
        return synchronous
                ? "WRITES WAIT for " + name + ", which is not connected; " + state.waitingCommits()
                        + " commits are waiting"
                : name + " is not connected; what is written now has one copy";
    }

    private static String peer(Shard shard, PostgresServer server) {
        return shard.servers().stream().filter(other -> other != server).findFirst().orElseThrow().name();
    }
}
