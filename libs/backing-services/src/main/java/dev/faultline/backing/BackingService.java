package dev.faultline.backing;

/** A real server that runs as one process: one code for the local cluster and for tests. */
public sealed interface BackingService permits PostgresServer, KafkaBroker, ConsulAgent {

    /** The node's name, as in {@code shard-1}. */
    String name();

    /**
     * Makes what the server needs on disk: its binaries in the cache, its data directory, its configuration. Repeatable;
     * data that exists is kept. To be called while the server does not run.
     *
     * @throws FaultlineException if this machine cannot run the server
     */
    void prepare();

    /** The process to run after {@link #prepare()}. */
    Launch launch();

    /** Whether the server answers. */
    Readiness readiness();
}
