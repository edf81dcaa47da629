package dev.faultline.experiments.coordination;

import java.sql.SQLException;
import java.time.Duration;

import dev.faultline.backing.Polling;
import dev.faultline.discovery.Consul;
import dev.faultline.discovery.FencingToken;
import dev.faultline.discovery.LeaderElection;
import dev.faultline.experiments.ChildJvm.Parent;

/**
 * A process that waits for a lock in Consul, finds that it has it, and writes to both copies of the {@link Document} when it is
 * told to. In between it can be frozen: that is the moment which no check of its own can protect.
 */
final class LockHolder {
    static final String LOCK = "experiments/document";
    /** The environment variable with the database's password. */
    static final String PASSWORD = "FAULTLINE_EXPERIMENT_PASSWORD";
    private static final Duration AT_MOST = Duration.ofMinutes(2);

    private LockHolder() {}

    /** @param arguments its name, Consul's port, the database's URL and user */
    public static void main(String[] arguments) throws SQLException {
        String name = arguments[0];
        try (var document = new Document(arguments[2], arguments[3], System.getenv(PASSWORD));
                var election = new LeaderElection(new Consul("127.0.0.1", Integer.parseInt(arguments[1])), LOCK,
                        name)) {
            if (!Polling.until(AT_MOST, () -> election.token().isPresent())) {
                return;
            }
            FencingToken token = election.token().orElseThrow();
            Parent.say(token.toString());
            Parent.await();
            boolean unfenced = document.writeUnfenced(name);
            boolean fenced = document.writeFenced(name, token);
            Parent.say("fenced write %s, unfenced write %s, lease %s".formatted(accepted(fenced), accepted(unfenced),
                    election.token().isPresent() ? "valid" : "expired"));
            Parent.await();
        }
    }

    static String accepted(boolean accepted) {
        return accepted ? "accepted" : "rejected";
    }
}
