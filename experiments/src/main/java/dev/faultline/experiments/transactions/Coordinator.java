package dev.faultline.experiments.transactions;

import java.io.IOException;
import java.util.List;

import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.ShardName;

/**
 * A process that coordinates one reservation, and stops halfway for {@link CoordinatorProcess} to kill it. It ends when its
 * standard input does, so it does not outlive the process that started it.
 */
final class Coordinator {
    static final String READY = "ready";
    static final String HALFWAY = "halfway";
    /** The environment variable with the password of both databases. */
    static final String PASSWORD = "FAULTLINE_COMPARE_PASSWORD";

    private Coordinator() {}

    /** @param arguments the kind, the order, its products, the user, and the URL of each shard */
    public static void main(String[] arguments) {
        String user = arguments[4];
        String password = System.getenv(PASSWORD);
        var databases = new ShardDatabases(List.of(
                new ShardDatabase(new ShardName("shard-1"), arguments[5], user, password),
                new ShardDatabase(new ShardName("shard-2"), arguments[6], user, password)));
        var wanted = new Reservation(arguments[1], arguments[2], arguments[3]);
        Kind.valueOf(arguments[0]).reserve(databases, wanted, () -> say(READY), () -> say(HALFWAY));
    }

    /** Waits until it is told to go on. */
    private static void say(String what) {
        System.out.println(what);
        try {
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}
