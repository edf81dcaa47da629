package dev.faultline.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

import javax.net.ssl.SSLContext;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.backing.PostgresRole;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.backing.Progress;
import dev.faultline.backing.Replication;
import dev.faultline.backing.ServiceDatabase;
import dev.faultline.local.supervisor.SupervisorDirectory;

/**
 * The whole platform as processes on this machine, with all its state in one directory.
 *
 * <p>
 * The nodes are children of a supervisor, which keeps running when this JVM ends. Several instances may refer to the same
 * cluster, but only one at a time may start or stop it. Failures are {@link FaultlineException}s with a message for the
 * user.
 */
public final class LocalCluster {
    private final Home home;
    private final SupervisorDirectory files;
    private final Map<String, String> environment;
    private final RequestedSettings requested;

    private LocalCluster(Home home, Map<String, String> environment, RequestedSettings requested) {
        this.home = home;
        this.files = new SupervisorDirectory(home.directory());
        this.environment = Map.copyOf(environment);
        this.requested = requested;
    }

    /** @param home the directory of its state, which need not exist yet */
    public static LocalCluster in(Path home) {
        return new LocalCluster(new Home(home), Map.of(), RequestedSettings.NONE);
    }

    /**
     * Keeps the unpacked builds and their ahead-of-time caches in another directory, which {@link #wipe} does not delete.
     */
    public static LocalCluster in(Path home, Path applications) {
        return new LocalCluster(new Home(home, applications), Map.of(), RequestedSettings.NONE);
    }

    /** The cluster in {@code FAULTLINE_HOME}, or in {@code .faultline} in the repository. */
    public static LocalCluster ofThisUser() {
        String named = System.getenv("FAULTLINE_HOME");
        return in(named == null || named.isBlank() ? Repository.find().resolve(".faultline") : Path.of(named));
    }

    /** The same cluster, whose services start with these environment variables besides their own; they win. */
    public LocalCluster with(Map<String, String> more) {
        return new LocalCluster(home, more, requested);
    }

    /** The same cluster, whose shards have standbys after the next {@link #up}. */
    public LocalCluster withStandbys(Replication.Mode mode) {
        return new LocalCluster(home, environment, requested.withStandbys(mode));
    }

    /**
     * The same cluster, with three Consul servers and three Kafka brokers, of which any one may be missing, after the first
     * {@link #up}.
     */
    public LocalCluster withReplicatedServers() {
        return new LocalCluster(home, environment, requested.withReplicatedServers());
    }

    /** The same cluster, whose nodes prove to each other who they are after the next {@link #up}. */
    public LocalCluster withSecurity() {
        return new LocalCluster(home, environment, requested.withSecurity());
    }

    /**
     * The same cluster, with so many gateways after the next {@link #up}, which share a port.
     *
     * @param number 1 or 2
     */
    public LocalCluster withGateways(int number) {
        return new LocalCluster(home, environment, requested.withGateways(number));
    }

    public Path home() {
        return home.directory();
    }

    /**
     * A cluster in another directory that shares this one's unpacked builds and their ahead-of-time caches, which its
     * {@link #wipe} does not delete.
     */
    public LocalCluster sharingBuildsIn(Path otherHome) {
        return in(otherHome, home.applications());
    }

    /** Where the services' builds are unpacked, with their caches. */
    Path applications() {
        return home.applications();
    }

    /** Whether the supervisor is running. */
    public boolean isRunning() {
        return files.livingSupervisor().isPresent();
    }

    public boolean hasNodes() {
        return home.settings().isPresent() && !files.deployedNodes().isEmpty();
    }

    /** Whether every node of the layout has been started, with what this instance asks for. */
    public boolean isComplete() {
        return isRunning() && home.settings().filter(requested::areMetBy).isPresent() && layout().nodeNames().stream()
                .allMatch(name -> files.node(name).spec().isPresent());
    }

    /**
     * Starts the nodes that are not running, and returns when one instance of every service is ready; for the others, call
     * {@link #awaitReady}. Nodes that the user stopped stay stopped, unless the whole cluster was down.
     *
     * <p>
     * Shards have standbys if they already had, or if this instance was created {@link #withStandbys}; the same is true of
     * {@link #withReplicatedServers}, {@link #withSecurity} and {@link #withGateways}.
     *
     * @param gatewayPort the port of the gateways; if empty, the previous one, initially 8080
     * @param load        the load to train ahead-of-time caches with, if the current builds have none
     */
    public void up(OptionalInt gatewayPort, TrainingLoad load, Progress progress) {
        home.open();
        try (var _ = home.lock()) {
            startup(progress).up(requested.withGatewayPort(gatewayPort), load);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Creates the ahead-of-time caches of the services' current builds, in a temporary cluster.
     *
     * @return the directories of the builds with their caches
     * @throws FaultlineException if a cache cannot be created, or this cluster is running
     */
    public List<Path> train(TrainingLoad load, Progress progress) {
        home.open();
        try (var _ = home.lock()) {
            if (isRunning()) {
                throw new FaultlineException("The cluster in " + home.directory()
                        + " is running. Stop it first with ./faultline down.");
            }
            return startup(progress).train(load);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Adds a shard that owns nothing yet, and restarts the services with databases, one instance of each after the other, so that
     * they know it. If it is interrupted, it can be repeated.
     *
     * @return the name of the shard
     */
    public String addShard(Progress progress) {
        requireRunning();
        try (var _ = home.lock()) {
            return startup(progress).addShard();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server that accepts a shard's writes; empty while a promotion is in progress. */
    public Optional<String> primaryOf(String shard) {
        return serverWith(PostgresRole.PRIMARY, shard);
    }

    /** The server that replays a shard's log; empty if there is none at the moment. */
    public Optional<String> standbyOf(String shard) {
        return serverWith(PostgresRole.STANDBY, shard);
    }

    private Optional<String> serverWith(PostgresRole role, String shard) {
        return layout().shard(shard).servers().stream().filter(server -> server.role() == role).map(
                PostgresServer::name).findFirst();
    }

    /**
     * Makes a shard's standby the primary, and its primary the standby. The old primary cannot accept a write any more
     * before the new one accepts its first.
     *
     * @throws FaultlineException if the shard has no standby, or the standby is not receiving the log of a primary that runs
     */
    public Promotion promote(String shard, Progress progress) {
        requireRunning();
        Layout layout = layout();
        Shard promoted = layout.shard(shard);
        return new ManualPromotion(promoted, new ShardLock(layout.consulOfOperator(), "./faultline promote, process "
                + ProcessHandle.current().pid()), new ShardRoles(promoted, files, home::data, progress)).carryOut();
    }

    /** Waits, at most three minutes, until every node is ready that the user has not stopped. */
    public void awaitReady(Progress progress) {
        List<String> others = layout().nodeNames().stream().filter(name -> !files.node(name).isReady()).toList();
        startup(progress).nodes().awaitReady(others);
    }

    /** Stops every node, dependents first, and the supervisor. Keeps the data. */
    public void down(Progress progress) {
        new ClusterShutdown(home, files, progress).run();
    }

    /**
     * Stops everything and deletes the cluster's directory with all its data.
     *
     * @throws FaultlineException if another cluster runs from its builds; everything is stopped then, and nothing deleted
     */
    public void wipe(Progress progress) {
        down(progress);
        if (home.applications().startsWith(home.directory()) && Applications.isInUse(home.applications())) {
            throw new FaultlineException("The cluster in " + home.directory()
                    + " is stopped, but not deleted: a temporary"
                    + " cluster runs from its builds of the services. Try again when ./faultline prove, bench or"
                    + " experiment has ended.");
        }
        if (home.exists()) {
            home.delete();
        }
    }

    public ClusterNodes nodes() {
        return new ClusterNodes(this, layout(), files);
    }

    public Path supervisorLog() {
        return files.log();
    }

    /** The supervisor's own memory, without its nodes. */
    public Memory supervisorMemory() {
        return files.livingSupervisor().map(supervisor -> Memory.ofProcess(supervisor.pid())).orElse(Memory.NONE);
    }

    /** The supervisor's process; empty if it is not running. */
    public OptionalLong supervisorPid() {
        return files.livingSupervisor().stream().mapToLong(ProcessIdentity::pid).findFirst();
    }

    /** The public address of the platform. */
    public URI gatewayUrl() {
        return layout().service(Layout.GATEWAY).url();
    }

    /** The directory with the secrets of the OAuth 2.0 clients, one file for each. */
    public Path secrets() {
        return home.secrets().directory();
    }

    /** For the connections of this user's commands to the services; empty if the cluster is not secured. */
    public Optional<SSLContext> tls() {
        return layout().security().operator();
    }

    /** The certificate that clients of the gateway have to trust; empty if the cluster is not secured. */
    public Optional<Path> authority() {
        return layout().security().authority();
    }

    /** The simulated card acquirer, which is outside the platform. */
    public URI acquirerUrl() {
        return layout().service(Layout.ACQUIRER).url();
    }

    /** The acquirer's own journal, readable even if the acquirer is down. */
    public Path acquirerJournal() {
        return home.data(Layout.ACQUIRER).resolve("journal.jsonl");
    }

    /** Every service's database on every shard. */
    public List<ServiceDatabase> databases() {
        return layout().databases();
    }

    /** The properties with which a Kafka client that may do everything connects. */
    public Map<String, String> kafkaConnection() {
        return layout().kafkaConnection();
    }

    /** The token with which Consul permits everything; empty if it needs none. */
    public String consulToken() {
        return layout().security().consulOperator();
    }

    public URI consulUrl() {
        return layout().consulUrl();
    }

    /** @throws FaultlineException if the supervisor is not running */
    public void requireRunning() {
        if (!isRunning()) {
            throw new FaultlineException(
                    "The cluster in " + home.directory() + " is not running. Start it with ./faultline up.");
        }
    }

    ClusterStartup startup(Progress progress) {
        return new ClusterStartup(home, Repository.find(), files, environment, progress);
    }

    private Layout layout() {
        Settings settings = home.settings().orElseThrow(() -> new FaultlineException("There is no cluster in "
                + home.directory() + ". Create one with ./faultline up, or specify its directory with --home."));
        return new Layout(home, settings, CacheDirectory.ofThisUser(), KafkaAotCache.of(CacheDirectory.ofThisUser()), (
                _, _) -> {});
    }
}
