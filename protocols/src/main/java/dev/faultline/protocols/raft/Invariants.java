package dev.faultline.protocols.raft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.faultline.protocols.raft.Message.Entry;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Violation;

/** Figure 3 of the paper, checked after each step on the state of the server that took it. */
final class Invariants {
    private final Map<NodeId, Server> servers = new HashMap<>();
    private final Map<NodeId, Integer> commitIndexes = new HashMap<>();
    private final Map<NodeId, List<Entry>> checkedLogs = new HashMap<>();
    private final TreeMap<Integer, NodeId> leaders = new TreeMap<>();
    /** Every entry that was ever in a log, with the term of the one before it. */
    private final Map<Position, Predecessor> entries = new HashMap<>();
    private final List<Committed> committed = new ArrayList<>();

    private record Position(int index, int term) {}

    private record Predecessor(int term, Entry entry) {}

    /** @param inTerm the term of the server that committed it first */
    private record Committed(Entry entry, int inTerm) {}

    /** Replaces the server that ran on this node before. */
    Server watch(NodeId id, Server server) {
        servers.put(id, server);
        commitIndexes.put(id, 0);
        return server;
    }

    void check(NodeId id) {
        Server server = servers.get(id);
        if (server != null) {
            logMatching(id, server.disk.log);
            stateMachineSafety(id, server);
            if (server.role == Server.Role.LEADER) {
                electionSafety(id, server);
            }
        }
    }

    /** At most one leader can be elected in a given term. */
    private void electionSafety(NodeId id, Server server) {
        int term = server.disk.currentTerm;
        NodeId leader = leaders.putIfAbsent(term, id);
        Violation.unless(leader == null || leader.equals(id), "election safety", () -> "%s and %s lead in term %d"
                .formatted(
                        leader, id, term));
        if (leader == null) {
            leaderCompleteness(id, server);
        }
    }

    /** An entry that was committed in a term is in the logs of the leaders of all higher terms. */
    private void leaderCompleteness(NodeId id, Server server) {
        for (int i = 0; i < committed.size(); i++) {
            Committed entry = committed.get(i);
            boolean has = i < server.disk.log.size() && server.disk.log.get(i).equals(entry.entry);
            int index = i + 1;
            Violation.unless(has || entry.inTerm >= server.disk.currentTerm, "leader completeness",
                    () -> "%s leads in term %d without the committed entry %d, %s".formatted(id,
                            server.disk.currentTerm,
                            index, entry.entry));
        }
    }

    /**
     * Logs with an entry of the same index and term are identical up to it: such entries, and the terms before them, are always
     * the same.
     */
    private void logMatching(NodeId id, List<Entry> log) {
        List<Entry> checked = checkedLogs.computeIfAbsent(id, _ -> new ArrayList<>());
        int same = Math.min(checked.size(), log.size());
        while (same > 0 && !checked.get(same - 1).equals(log.get(same - 1))) {
            same--;
        }
        checked.subList(same, checked.size()).clear();
        for (int i = same; i < log.size(); i++) {
            var predecessor = new Predecessor(i == 0 ? 0 : log.get(i - 1).term(), log.get(i));
            Predecessor known = entries.putIfAbsent(new Position(i + 1, log.get(i).term()), predecessor);
            int index = i + 1;
            Violation.unless(known == null || known.equals(predecessor), "log matching",
                    () -> "%s has %s at %d, after %s"
                            .formatted(id, predecessor, index, known));
            checked.add(log.get(i));
        }
    }

    /** No two servers apply different entries at an index. */
    private void stateMachineSafety(NodeId id, Server server) {
        for (int i = commitIndexes.getOrDefault(id, 0); i < server.commitIndex; i++) {
            Entry entry = server.disk.log.get(i);
            if (i == committed.size()) {
                committed.add(new Committed(entry, server.disk.currentTerm));
            }
            Entry first = committed.get(i).entry;
            int index = i + 1;
            Violation.unless(first.equals(entry), "state machine safety",
                    () -> "%s commits %s at %d, where %s was committed".formatted(id, entry, index, first));
        }
        commitIndexes.put(id, server.commitIndex);
    }
}
