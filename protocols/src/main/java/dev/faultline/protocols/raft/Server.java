package dev.faultline.protocols.raft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.raft.Message.AppendEntries;
import dev.faultline.protocols.raft.Message.AppendReply;
import dev.faultline.protocols.raft.Message.ClientReply;
import dev.faultline.protocols.raft.Message.ClientRequest;
import dev.faultline.protocols.raft.Message.Entry;
import dev.faultline.protocols.raft.Message.OfServer;
import dev.faultline.protocols.raft.Message.RequestVote;
import dev.faultline.protocols.raft.Message.VoteReply;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.store.Command;
import dev.faultline.protocols.store.Reply;
import dev.faultline.protocols.store.Request;
import dev.faultline.protocols.store.Store;
import org.jspecify.annotations.Nullable;

/**
 * A server of Raft, without snapshots and changes of membership. Names are those of figure 2. Reads are entries of the log like
 * all commands. A leader sends one entry at a time to each follower.
 *
 * @see <a href="https://raft.github.io/raft.pdf">Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm, 2014</a>
 */
final class Server implements Node<Message, Timer> {
    private static final int HEARTBEAT_MS = 50;
    private static final int ELECTION_MS = 150;

    enum Role {
        FOLLOWER, CANDIDATE, LEADER
    }

    /** What survives a crash. The log's first entry has index 1. */
    static final class Disk {
        int currentTerm;
        @Nullable NodeId votedFor;
        final List<Entry> log = new ArrayList<>();
    }

    private final Host<Message, Timer> host;
    private final List<NodeId> servers;
    private final Weakness weakness;
    final Disk disk;

    Role role = Role.FOLLOWER;
    int commitIndex;
    private int lastApplied;
    private final Store store = new Store();
    private final Set<NodeId> votes = new HashSet<>();
    private final Map<NodeId, Integer> nextIndex = new HashMap<>();
    private final Map<NodeId, Integer> matchIndex = new HashMap<>();

    Server(Host<Message, Timer> host, List<NodeId> servers, Disk disk, Weakness weakness) {
        this.host = host;
        this.servers = servers;
        this.disk = disk;
        this.weakness = weakness;
    }

    @Override
    public void onStart() {
        if (weakness == Weakness.FORGETS_VOTE) {
            disk.votedFor = null;
        }
        awaitLeader();
    }

    private void awaitLeader() {
        host.setTimer(Timer.ELECTION, host.random(ELECTION_MS, 2 * ELECTION_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case ELECTION -> standForElection();
            case HEARTBEAT -> {
                others().forEach(this::replicate);
                host.setTimer(Timer.HEARTBEAT, HEARTBEAT_MS);
            }
            case CLIENT -> throw new IllegalArgumentException("not a server's timer");
        }
    }

    private void standForElection() {
        role = Role.CANDIDATE;
        disk.currentTerm++;
        disk.votedFor = host.self();
        votes.clear();
        votes.add(host.self());
        host.note("candidate", "in term " + disk.currentTerm);
        host.broadcast(others(), new RequestVote(disk.currentTerm, disk.log.size(), termAt(disk.log.size())));
        awaitLeader();
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        if (message instanceof OfServer ofServer && ofServer.term() > disk.currentTerm) {
            disk.currentTerm = ofServer.term();
            disk.votedFor = null;
            follow();
        }
        switch (message) {
            case RequestVote request -> host.send(from, new VoteReply(disk.currentTerm, grantsVote(from, request)));
            case VoteReply reply -> count(from, reply);
            case AppendEntries append -> host.send(from, append(append));
            case AppendReply reply -> acknowledged(from, reply);
            case ClientRequest(Request request) -> execute(request);
            case ClientReply _ -> throw new IllegalArgumentException("not for a server");
        }
    }

    private void follow() {
        if (role == Role.LEADER) {
            host.note("steps down", "for term " + disk.currentTerm);
            host.cancelTimer(Timer.HEARTBEAT);
            awaitLeader();
        }
        role = Role.FOLLOWER;
    }

    private boolean grantsVote(NodeId candidate, RequestVote request) {
        boolean upToDate = request.lastLogTerm() > termAt(disk.log.size())
                || (request.lastLogTerm() == termAt(disk.log.size()) && request.lastLogIndex() >= disk.log.size());
        boolean grants = request.term() == disk.currentTerm && upToDate
                && (disk.votedFor == null || disk.votedFor.equals(candidate));
        if (grants) {
            disk.votedFor = candidate;
            awaitLeader();
        }
        return grants;
    }

    private void count(NodeId voter, VoteReply reply) {
        if (role != Role.CANDIDATE || reply.term() != disk.currentTerm || !reply.voteGranted()) {
            return;
        }
        votes.add(voter);
        if (votes.size() > servers.size() / 2) {
            role = Role.LEADER;
            host.decide("leader", "of term " + disk.currentTerm);
            host.cancelTimer(Timer.ELECTION);
            others().forEach(follower -> {
                nextIndex.put(follower, disk.log.size() + 1);
                matchIndex.put(follower, 0);
            });
            onTimer(Timer.HEARTBEAT);
        }
    }

    private void execute(Request request) {
        if (role != Role.LEADER) {
            return;
        }
        if (weakness == Weakness.READS_ALONE && request.command() instanceof Command.Read(String key)) {
            host.send(request.client(), new ClientReply(new Reply(request.serial(), store.read(key))));
            return;
        }
        disk.log.add(new Entry(disk.currentTerm, request));
        others().forEach(this::replicate);
    }

    private void replicate(NodeId follower) {
        int next = nextIndex.getOrDefault(follower, 1);
        Entry entry = next <= disk.log.size() ? disk.log.get(next - 1) : null;
        host.send(follower, new AppendEntries(disk.currentTerm, next - 1, termAt(next - 1), entry, commitIndex));
    }

    private AppendReply append(AppendEntries append) {
        boolean routine = append.isRoutine();
        if (append.term() < disk.currentTerm) {
            return new AppendReply(disk.currentTerm, false, 0, routine);
        }
        role = Role.FOLLOWER;
        awaitLeader();
        int index = append.prevLogIndex();
        if (index > disk.log.size() || termAt(index) != append.prevLogTerm()) {
            return new AppendReply(disk.currentTerm, false, Math.min(index - 1, disk.log.size()), routine);
        }
        if (append.entry() != null) {
            index++;
            if (index <= disk.log.size() && termAt(index) != append.entry().term()) {
                host.note("truncates", "its log to " + (index - 1));
                disk.log.subList(index - 1, disk.log.size()).clear();
            }
            if (index > disk.log.size()) {
                disk.log.add(append.entry());
            }
        }
        commit(Math.min(append.leaderCommit(), index));
        return new AppendReply(disk.currentTerm, true, index, routine);
    }

    private void acknowledged(NodeId follower, AppendReply reply) {
        if (role != Role.LEADER || reply.term() != disk.currentTerm) {
            return;
        }
        if (reply.success()) {
            matchIndex.merge(follower, reply.matchIndex(), Math::max);
            commitWhatMostHave();
        }
        int next = Math.max(reply.matchIndex(), matchIndex.getOrDefault(follower, 0)) + 1;
        boolean behind = next <= disk.log.size() && (next != nextIndex.getOrDefault(follower, 1) || !reply.success());
        nextIndex.put(follower, next);
        if (behind) {
            replicate(follower);
        }
    }

    private void commitWhatMostHave() {
        for (int index = disk.log.size(); index > commitIndex; index--) {
            int candidate = index;
            long have = 1 + matchIndex.values().stream().filter(match -> match >= candidate).count();
            boolean ofThisTerm = termAt(index) == disk.currentTerm || weakness == Weakness.COUNTS_EARLIER_TERMS;
            if (have > servers.size() / 2 && ofThisTerm) {
                commit(index);
                return;
            }
        }
    }

    private void commit(int index) {
        commitIndex = Math.max(commitIndex, index);
        while (lastApplied < commitIndex) {
            Request command = disk.log.get(lastApplied++).command();
            Reply reply = store.execute(command);
            if (role == Role.LEADER) {
                host.decide("commits", "%d: %s".formatted(lastApplied, command));
                host.send(command.client(), new ClientReply(reply));
            }
        }
    }

    private int termAt(int index) {
        return index == 0 ? 0 : disk.log.get(index - 1).term();
    }

    private List<NodeId> others() {
        return servers.stream().filter(server -> !server.equals(host.self())).toList();
    }
}
