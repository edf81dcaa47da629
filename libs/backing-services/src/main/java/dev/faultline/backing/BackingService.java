package dev.faultline.backing;

/** A real server that runs as one process, in the local cluster and in tests. */
public sealed interface BackingService permits PostgresServer, KafkaBroker, ConsulAgent {

    /** The node's name, for example {@code shard-1}. */
    String name();

    /** The port for clients. */
    int port();

    /**
     * Creates what the server needs on disk: its binaries in the cache, its data directory, its configuration. Idempotent;
     * keeps existing data. Call it only while the server is not running.
     *
     * @throws FaultlineException if this machine cannot run the server
     */
    void prepare();

    /** The process to start after {@link #prepare()}. */
    Launch launch();

    /** The check that the server is ready. */
    Readiness readiness();
}
