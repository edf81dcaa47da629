package dev.faultline.protocols.store;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import dev.faultline.protocols.checking.History;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends one command after the other, each to one server after the other until one answers, and records what it
 * asked and saw.
 */
public final class Client<M, T> implements Node<M, T> {
    private static final int THINKS_FOR_MS = 400;
    private static final int PATIENCE_MS = 150;

    private final Host<M, T> host;
    private final List<NodeId> servers;
    private final Workload workload;
    private final T timer;
    private final Function<Request, M> sending;
    private final Function<M, @Nullable Reply> receiving;
    private int serial;
    private int server;
    private @Nullable Request pending;
    private int operation;

    /** What all clients of a schedule have in common. */
    public static final class Workload {
        final History<Command, Integer> history;
        final int commands;
        final Set<Request> requests = new HashSet<>();
        private int open;
        private int nextValue = 1;

        /** @param commands how many commands each client sends */
        public Workload(History<Command, Integer> history, int clients, int commands) {
            this.history = history;
            this.commands = commands;
            this.open = clients * commands;
        }

        /** All that were sent so far. */
        public Set<Request> requests() {
            return requests;
        }

        /** Whether all commands were answered. */
        public boolean isDone() {
            return open == 0;
        }
    }

    /**
     * @param timer     the only one that it sets
     * @param sending   makes a message of a request
     * @param receiving gets the reply out of a message; null if it is none
     */
    public Client(Host<M, T> host, List<NodeId> servers, Workload workload, T timer, Function<Request, M> sending,
            Function<M, @Nullable Reply> receiving) {
        this.host = host;
        this.servers = servers;
        this.workload = workload;
        this.timer = timer;
        this.sending = sending;
        this.receiving = receiving;
    }

    @Override
    public void onStart() {
        server = host.random(0, servers.size());
        host.setTimer(timer, host.random(0, THINKS_FOR_MS));
    }

    @Override
    public void onTimer(T timer) {
        if (pending == null) {
            pending = new Request(host.self(), ++serial, draw());
            workload.requests.add(pending);
            operation = workload.history.invoked(host.self(), pending.command().key(), pending.command());
        } else {
            server = (server + 1) % servers.size();
        }
        host.send(servers.get(server), sending.apply(pending));
        host.setTimer(timer, PATIENCE_MS);
    }

    @Override
    public void onMessage(NodeId from, M message) {
        Reply reply = receiving.apply(message);
        if (reply == null || pending == null || reply.serial() != serial) {
            return;
        }
        workload.history.returned(operation, reply.value());
        workload.open--;
        pending = null;
        host.cancelTimer(timer);
        if (serial < workload.commands) {
            host.setTimer(timer, host.random(1, THINKS_FOR_MS));
        }
    }

    private Command draw() {
        String key = host.random(0, 3) > 0 ? "x" : "y";
        return switch (host.random(0, 5)) {
            case 0, 1 -> new Command.Write(key, workload.nextValue++);
            case 2 -> new Command.CompareAndSet(key, host.random(0, workload.nextValue), workload.nextValue++);
            default -> new Command.Read(key);
        };
    }
}
