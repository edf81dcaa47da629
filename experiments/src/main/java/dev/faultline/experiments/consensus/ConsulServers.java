package dev.faultline.experiments.consensus;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.TemporaryServers;
import dev.faultline.experiments.lab.Lab;

/** Three Consul servers that exist for one experiment. */
final class ConsulServers implements AutoCloseable {
    private static final int COUNT = 3;
    private static final int PORTS = 3;
    private static final Duration AT_MOST = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration
            .ofSeconds(2)).build();
    private final TemporaryServers running;
    private final List<ConsulServer> all;

    /** Returns when they have a leader and know each other. */
    ConsulServers(Lab lab) {
        this.running = new TemporaryServers(lab.directory(), lab.progress());
        List<Integer> free = FreePorts.take(COUNT * PORTS);
        List<ConsulPorts> ports = IntStream.range(0, COUNT).mapToObj(i -> new ConsulPorts(free.get(PORTS * i), free.get(
                PORTS * i + 1), free.get(PORTS * i + 2))).toList();
        this.all = ConsulAgent.several(ports, running::directory, CacheDirectory.ofThisUser(), lab.progress()).stream()
                .map(agent -> new ConsulServer(agent, "127.0.0.1:" + agent.serverPort(), http)).toList();
        try {
            start(all);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    List<ConsulServer> all() {
        return all;
    }

    List<ConsulServer> without(ConsulServer... servers) {
        return all.stream().filter(each -> !List.of(servers).contains(each)).toList();
    }

    /** Returns when all three are there and agree on who leads; the others must run. */
    void start(List<ConsulServer> stopped) {
        running.start(stopped.stream().map(ConsulServer::agent).toList());
        Set<String> names = all.stream().map(ConsulServer::name).collect(Collectors.toSet());
        await("the three servers do not agree on a leader", () -> agreed(all).isPresent() && all.stream().allMatch(
                server -> server.voters().size() == COUNT && server.members().keySet().equals(names) && !server
                        .members().containsValue(false)));
    }

    ChildProcess process(ConsulServer server) {
        return running.process(server.agent());
    }

    ConsulServer leader() {
        return agreed(all).orElseThrow(() -> new FaultlineException("The three Consul servers have no leader."));
    }

    /** Whom all of these follow, if it is the same. */
    Optional<ConsulServer> agreed(List<ConsulServer> followers) {
        Set<Optional<String>> leaders = followers.stream().map(ConsulServer::leader).collect(Collectors.toSet());
        return leaders.size() == 1 ? all.stream().filter(server -> leaders.contains(Optional.of(server.raft())))
                .findFirst() : Optional.empty();
    }

    /**
     * A server that does not answer does not meet the condition.
     *
     * @throws FaultlineException if it is not met within half a minute
     */
    static void await(String otherwise, BooleanSupplier condition) {
        if (!Polling.until(AT_MOST, () -> {
            try {
                return condition.getAsBoolean();
            } catch (FaultlineException e) {
                return false;
            }
        })) {
            throw new FaultlineException("After " + AT_MOST.toSeconds() + " s " + otherwise + ".");
        }
    }

    @Override
    public void close() {
        running.close();
        http.close();
    }
}
