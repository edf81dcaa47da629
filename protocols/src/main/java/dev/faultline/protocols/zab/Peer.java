package dev.faultline.protocols.zab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.store.Reply;
import dev.faultline.protocols.store.Request;
import dev.faultline.protocols.store.Store;
import dev.faultline.protocols.zab.Message.Ack;
import dev.faultline.protocols.zab.Message.AckEpoch;
import dev.faultline.protocols.zab.Message.AckLeader;
import dev.faultline.protocols.zab.Message.Candidate;
import dev.faultline.protocols.zab.Message.ClientReply;
import dev.faultline.protocols.zab.Message.ClientRequest;
import dev.faultline.protocols.zab.Message.Commit;
import dev.faultline.protocols.zab.Message.CurrentEpoch;
import dev.faultline.protocols.zab.Message.NewEpoch;
import dev.faultline.protocols.zab.Message.NewLeader;
import dev.faultline.protocols.zab.Message.Propose;
import dev.faultline.protocols.zab.Message.Transaction;
import dev.faultline.protocols.zab.Message.Zxid;
import org.jspecify.annotations.Nullable;

/**
 * A peer: a follower, and sometimes the leader too, which is a follower of itself. The paper's channels are FIFO; here a follower
 * that misses a proposal takes over the leader's history again.
 *
 * @see <a href="https://doi.org/10.1109/DSN.2011.5958223">Junqueira, Reed, Serafini: Zab, 2011</a>
 */
final class Peer implements Node<Message, Timer> {
    private static final int HEARTBEAT_MS = 50;
    private static final int PATIENCE_MS = 150;

    /** What survives a crash. */
    static final class Disk {
        int acceptedEpoch;
        /** Whom the promise of {@code acceptedEpoch} was given to. */
        @Nullable NodeId acceptedFrom;
        int currentEpoch;
        final List<Transaction> history = new ArrayList<>();
    }

    /** Hears of what every peer delivers. */
    @FunctionalInterface
    interface Deliveries {
        void delivered(NodeId peer, int position, Transaction transaction);
    }

    private final Host<Message, Timer> host;
    private final List<NodeId> peers;
    private final Weakness weakness;
    private final Disk disk;
    private final Deliveries deliveries;

    private @Nullable NodeId leader;
    /** Whether this follower has the leader's history; it takes no proposals before. */
    private boolean synchronizedWithLeader;
    private int delivered;
    private final Store store = new Store();

    /** Of a leader; 0 until it knows the epochs of a quorum. */
    private int newEpoch;
    private boolean established;
    private List<Transaction> initialHistory = List.of();
    private int counter;
    private int committed;
    private final TreeMap<NodeId, Integer> epochs = new TreeMap<>();
    private final TreeMap<NodeId, AckEpoch> histories = new TreeMap<>();
    private final Map<NodeId, Integer> acknowledged = new HashMap<>();
    private final Set<NodeId> heardOf = new HashSet<>();

    Peer(Host<Message, Timer> host, List<NodeId> peers, Weakness weakness, Disk disk, Deliveries deliveries) {
        this.host = host;
        this.peers = peers;
        this.weakness = weakness;
        this.disk = disk;
        this.deliveries = deliveries;
    }

    @Override
    public void onStart() {
        if (weakness == Weakness.FORGETS_EPOCH) {
            disk.acceptedEpoch = 0;
        }
        look();
    }

    private void look() {
        leader = null;
        newEpoch = 0;
        established = false;
        host.cancelTimer(Timer.HEARTBEAT);
        awaitLeader();
    }

    private void awaitLeader() {
        host.setTimer(Timer.LOOKING, host.random(PATIENCE_MS, 2 * PATIENCE_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case LOOKING -> {
                look();
                host.note("looks", "for a leader");
                epochs.clear();
                histories.clear();
                acknowledged.clear();
                host.broadcast(peers, new Candidate());
            }
            case HEARTBEAT -> {
                if (heardOf.size() < quorum()) {
                    host.note("gives up", "leading epoch " + newEpoch);
                    look();
                    return;
                }
                heardOf.clear();
                heardOf.add(host.self());
                host.broadcast(peers, new Commit(newEpoch, committed, true));
                host.setTimer(Timer.HEARTBEAT, HEARTBEAT_MS);
            }
            case CLIENT -> throw new IllegalArgumentException("not a server's timer");
        }
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case Candidate _ -> {
                boolean alone = leads() && newEpoch == 0;
                if (leader == null || (alone && from.compareTo(host.self()) > 0)) {
                    follow(from);
                } else if (leads() && newEpoch != 0) {
                    host.send(from, new NewEpoch(newEpoch));
                }
            }
            case CurrentEpoch(int epoch) -> discover(from, epoch);
            case NewEpoch(int epoch) -> promise(from, epoch);
            case AckEpoch ack -> chooseHistory(from, ack);
            case NewLeader sync -> takeOver(from, sync);
            case AckLeader(int epoch, int length) -> count(from, epoch, length);
            case Propose propose -> accept(from, propose);
            case Ack(int epoch, int length, _) -> count(from, epoch, length);
            case Commit commit -> commit(from, commit);
            case ClientRequest(Request request) -> {
                if (established) {
                    broadcast(request);
                }
            }
            case ClientReply _ -> throw new IllegalArgumentException("not for a server");
        }
    }

    private void follow(NodeId prospective) {
        leader = prospective;
        synchronizedWithLeader = false;
        awaitLeader();
        host.send(prospective, new CurrentEpoch(disk.acceptedEpoch));
    }

    /** Leader, phase 1: an epoch above all that a quorum has promised. Late followers get the one that there is. */
    private void discover(NodeId follower, int acceptedEpoch) {
        if (!leads()) {
            return;
        }
        epochs.put(follower, acceptedEpoch);
        if (newEpoch != 0) {
            host.send(follower, new NewEpoch(newEpoch));
        } else if (epochs.size() >= quorum()) {
            newEpoch = 1 + epochs.values().stream().mapToInt(Integer::intValue).max().orElse(0);
            epochs.keySet().forEach(each -> host.send(each, new NewEpoch(newEpoch)));
        }
    }

    /** Follower, phase 1: promises to listen to no leader of a lower epoch, nor to another one of this epoch. */
    private void promise(NodeId prospective, int epoch) {
        boolean again = epoch == disk.acceptedEpoch && prospective.equals(disk.acceptedFrom);
        boolean free = leader == null || (leads() && newEpoch == 0);
        if ((epoch > disk.acceptedEpoch || again) && (prospective.equals(leader) || free)) {
            synchronizedWithLeader &= prospective.equals(leader);
            leader = prospective;
            awaitLeader();
            disk.acceptedEpoch = epoch;
            disk.acceptedFrom = prospective;
            host.send(prospective, new AckEpoch(epoch, disk.currentEpoch, List.copyOf(disk.history)));
        }
    }

    /** Leader, from phase 1 to 2: of a quorum, the history of the last epoch, and in it with the last transaction. */
    private void chooseHistory(NodeId follower, AckEpoch ack) {
        if (!leads() || ack.epoch() != newEpoch) {
            return;
        }
        if (histories.size() < quorum()) {
            histories.put(follower, ack);
            if (histories.size() == quorum()) {
                AckEpoch best = histories.values().stream().max(Comparator.comparingInt(AckEpoch::currentEpoch)
                        .thenComparing(AckEpoch::lastZxid)).orElse(ack);
                initialHistory = weakness == Weakness.KEEPS_OWN_HISTORY
                        ? List.copyOf(disk.history)
                        : best.history();
                counter = 0;
                committed = 0;
                heardOf.addAll(histories.keySet());
                host.setTimer(Timer.HEARTBEAT, HEARTBEAT_MS);
                histories.keySet().forEach(each -> host.send(each, new NewLeader(newEpoch, initialHistory)));
            }
        } else {
            host.send(follower, new NewLeader(newEpoch, established ? List.copyOf(disk.history) : initialHistory));
        }
    }

    /** Follower, phase 2. A late message of this epoch must not shorten what was acknowledged since. */
    private void takeOver(NodeId from, NewLeader sync) {
        boolean late = sync.epoch() == disk.currentEpoch && sync.history().size() < disk.history.size();
        if (from.equals(leader) && sync.epoch() == disk.acceptedEpoch && from.equals(disk.acceptedFrom) && !late) {
            disk.currentEpoch = sync.epoch();
            disk.history.clear();
            disk.history.addAll(sync.history());
            synchronizedWithLeader = true;
            awaitLeader();
            host.send(from, new AckLeader(sync.epoch(), disk.history.size()));
        }
    }

    /** Leader, phase 3. Its epoch begins with a history, so positions go on from there. */
    private void broadcast(Request request) {
        var transaction = new Transaction(new Zxid(newEpoch, ++counter), request);
        host.broadcast(peers, new Propose(transaction, initialHistory.size() + counter));
    }

    /** Follower, phase 3: the next one goes to the disk. */
    private void accept(NodeId from, Propose propose) {
        if (isInEpoch(from, propose.transaction().zxid().epoch()) && !misses(from, propose.position() - 1)) {
            if (propose.position() == disk.history.size() + 1) {
                disk.history.add(propose.transaction());
            }
            host.send(from, new Ack(disk.currentEpoch, disk.history.size(), false));
        }
    }

    /** Leader: a quorum that has taken over the history establishes it; what a quorum has acknowledged is committed. */
    private void count(NodeId follower, int epoch, int length) {
        if (!leads() || epoch != newEpoch) {
            return;
        }
        heardOf.add(follower);
        acknowledged.merge(follower, length, Math::max);
        if (acknowledged.size() < quorum()) {
            return;
        }
        int byQuorum = acknowledged.values().stream().sorted(Comparator.reverseOrder()).skip(quorum() - 1L).findFirst()
                .orElse(0);
        if (!established) {
            established = true;
            host.decide("leader", "of epoch " + newEpoch);
        } else if (byQuorum == committed) {
            return;
        }
        committed = byQuorum;
        host.broadcast(peers, new Commit(newEpoch, committed, false));
    }

    /** Follower: delivers in order. */
    private void commit(NodeId from, Commit commit) {
        if (!isInEpoch(from, commit.epoch()) || misses(from, commit.length())) {
            return;
        }
        while (delivered < commit.length()) {
            Transaction transaction = disk.history.get(delivered++);
            deliveries.delivered(host.self(), delivered, transaction);
            Reply reply = store.execute(transaction.request());
            if (leads()) {
                host.decide("delivers", delivered + ": " + transaction);
                host.send(transaction.request().client(), new ClientReply(reply));
            }
        }
        if (commit.isRoutine()) {
            host.send(from, new Ack(disk.currentEpoch, disk.history.size(), true));
        }
    }

    private boolean isInEpoch(NodeId from, int epoch) {
        boolean inEpoch = from.equals(leader) && synchronizedWithLeader && epoch == disk.currentEpoch;
        if (inEpoch) {
            awaitLeader();
        }
        return inEpoch;
    }

    /** After a gap, which the paper's channels do not have, a follower takes over the leader's history again. */
    private boolean misses(NodeId from, int length) {
        if (length <= disk.history.size()) {
            return false;
        }
        host.note("misses", "a proposal");
        follow(from);
        return true;
    }

    private boolean leads() {
        return host.self().equals(leader);
    }

    private int quorum() {
        return peers.size() / 2 + 1;
    }
}
