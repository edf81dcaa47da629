package dev.faultline.protocols.pbft;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.protocols.checking.LogAgreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.pbft.Message.Certificate;
import dev.faultline.protocols.pbft.Message.Commit;
import dev.faultline.protocols.pbft.Message.NewView;
import dev.faultline.protocols.pbft.Message.PrePrepare;
import dev.faultline.protocols.pbft.Message.Prepare;
import dev.faultline.protocols.pbft.Message.Reply;
import dev.faultline.protocols.pbft.Message.Request;
import dev.faultline.protocols.pbft.Message.ViewChange;
import dev.faultline.protocols.schedules.NodeId;

/**
 * An honest replica, without checkpoints: the log is short, and a view change carries all of it. A backup that waits too long
 * for a request asks for a new view, whose primary is the next one.
 *
 * @see <a href="https://pmg.csail.mit.edu/papers/osdi99.pdf">Castro, Liskov: Practical Byzantine Fault Tolerance, 1999</a>
 */
final class Replica implements Node<Signed<?>, Timer> {
    private static final int PATIENCE_MS = 120;
    private static final int MOST_DOUBLINGS = 4;

    private final Host<Signed<?>, Timer> host;
    private final Group group;
    private final Signed.Signer signer;
    private final LogAgreement<Optional<Request>> agreement;

    private int view;
    /** Between a view change and the new view, nothing is accepted. */
    private boolean changing;
    private int viewChanges;
    private final Set<Request> waiting = new LinkedHashSet<>();
    /** What the primary of this view has proposed. */
    private final Map<Integer, Signed<PrePrepare>> proposals = new HashMap<>();
    private final Map<Prepare, Map<NodeId, Signed<Prepare>>> prepares = new HashMap<>();
    private final Map<Commit, Set<NodeId>> commits = new HashMap<>();
    private final TreeMap<Integer, Certificate> prepared = new TreeMap<>();
    private final Map<Integer, Map<NodeId, Signed<ViewChange>>> changes = new HashMap<>();
    private final Map<Integer, Optional<Request>> committed = new HashMap<>();
    private final Map<Request, Integer> executed = new HashMap<>();
    private int lastExecuted;

    /** @param agreement hears of what this replica executes */
    Replica(Host<Signed<?>, Timer> host, Group group, Signed.Signer signer, LogAgreement<Optional<Request>> agreement) {
        this.host = host;
        this.group = group;
        this.signer = signer;
        this.agreement = agreement;
    }

    @Override
    public void onMessage(NodeId from, Signed<?> signed) {
        switch (signed.message()) {
            case Request request -> request(request);
            case PrePrepare proposal -> {
                if (signed.by().equals(group.primary(view)) && proposal.view() == view && !changing) {
                    prePrepared(proposal, signed.of(proposal));
                }
            }
            case Prepare prepare -> prepared(prepare, signed.of(prepare));
            case Commit commit -> committed(commit, signed.by());
            case ViewChange change -> viewChanged(change, signed.of(change));
            case NewView newView -> newView(signed.by(), newView);
            case Reply _ -> {
            }
        }
    }

    private void request(Request request) {
        Integer n = executed.get(request);
        if (n != null) {
            host.send(request.client(), signer.sign(new Reply(request, n)));
            return;
        }
        if (waiting.add(request) && waiting.size() == 1) {
            awaitProgress();
        }
        if (group.primary(view).equals(host.self()) && !changing) {
            propose(request);
        }
    }

    private void awaitProgress() {
        host.setTimer(Timer.VIEW_CHANGE, (long) PATIENCE_MS << Math.min(viewChanges, MOST_DOUBLINGS));
    }

    /** Gives the request the next number, unless it has one. */
    private void propose(Request request) {
        boolean proposed = proposals.values().stream().anyMatch(each -> request.equals(each.message().request()));
        if (!proposed) {
            int n = 1 + proposals.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
            Signed<PrePrepare> proposal = signer.sign(new PrePrepare(view, n, request));
            proposals.put(n, proposal);
            host.broadcast(group.replicas(), proposal);
        }
    }

    /** The first proposal for a number is the only one in a view. */
    private void prePrepared(PrePrepare proposal, Signed<PrePrepare> signed) {
        Signed<PrePrepare> first = proposals.putIfAbsent(proposal.n(), signed);
        if (first != null && !first.message().equals(proposal)) {
            host.note("sees two proposals", proposal);
            return;
        }
        var prepare = new Prepare(view, proposal.n(), proposal.request());
        if (!group.primary(view).equals(host.self())) {
            host.broadcast(group.replicas(), signer.sign(prepare));
        }
        prepareIfPossible(prepare);
    }

    private void prepared(Prepare prepare, Signed<Prepare> signed) {
        prepares.computeIfAbsent(prepare, _ -> new HashMap<>()).put(signed.by(), signed);
        prepareIfPossible(prepare);
    }

    /** Prepared is what the primary has proposed and enough backups have seen: no other request can be, in this view. */
    private void prepareIfPossible(Prepare prepare) {
        Signed<PrePrepare> proposal = proposals.get(prepare.n());
        if (prepare.view() != view || changing || proposal == null
                || !proposal.message().equals(new PrePrepare(view, prepare.n(), prepare.request()))) {
            return;
        }
        var certificate = new Certificate(proposal, List.copyOf(prepares.getOrDefault(prepare, Map.of()).values()));
        Certificate before = prepared.get(prepare.n());
        if (group.isValid(certificate) && (before == null || before.prePrepare().message().view() < view)) {
            prepared.put(prepare.n(), certificate);
            host.broadcast(group.replicas(), signer.sign(new Commit(view, prepare.n(), prepare.request())));
        }
    }

    /** Committed is what a quorum has prepared: every new view begins with it. */
    private void committed(Commit commit, NodeId by) {
        Set<NodeId> who = commits.computeIfAbsent(commit, _ -> new HashSet<>());
        who.add(by);
        if (who.size() >= group.quorum()) {
            committed.putIfAbsent(commit.n(), Optional.ofNullable(commit.request()));
            execute();
        }
    }

    private void execute() {
        for (Optional<Request> next = committed.get(lastExecuted + 1); next != null; next = committed.get(lastExecuted
                + 1)) {
            lastExecuted++;
            agreement.decided(host.self(), lastExecuted, next);
            host.decide("executes", lastExecuted + ": " + next.map(Request::toString).orElse("no-op"));
            if (next.isPresent() && executed.putIfAbsent(next.get(), lastExecuted) == null) {
                waiting.remove(next.get());
                host.send(next.get().client(), signer.sign(new Reply(next.get(), lastExecuted)));
            }
            viewChanges = 0;
            host.cancelTimer(Timer.VIEW_CHANGE);
            if (!waiting.isEmpty()) {
                awaitProgress();
            }
        }
    }

    @Override
    public void onTimer(Timer timer) {
        changeTo(view + 1);
    }

    private void changeTo(int newView) {
        view = newView;
        changing = true;
        viewChanges++;
        host.note("gives up", "on view " + (newView - 1));
        host.broadcast(group.replicas(), signer.sign(new ViewChange(newView, new TreeMap<>(prepared))));
        awaitProgress();
    }

    private void viewChanged(ViewChange change, Signed<ViewChange> signed) {
        if (change.newView() < view || !group.isValid(change)) {
            return;
        }
        changes.computeIfAbsent(change.newView(), _ -> new HashMap<>()).put(signed.by(), signed);
        joinOthers();
        List<Signed<ViewChange>> proof = List.copyOf(changes.getOrDefault(view, Map.of()).values());
        if (changing && group.primary(view).equals(host.self()) && group.isQuorum(view, proof)) {
            List<Signed<PrePrepare>> beginning = Group.beginning(view, proof).stream().map(signer::sign).toList();
            host.broadcast(group.replicas(), signer.sign(new NewView(view, proof, beginning)));
        }
    }

    /** When more than f replicas want a later view, one of them is honest. */
    private void joinOthers() {
        var later = new HashSet<NodeId>();
        int lowest = Integer.MAX_VALUE;
        for (Map.Entry<Integer, Map<NodeId, Signed<ViewChange>>> entry : changes.entrySet()) {
            if (entry.getKey() > view) {
                later.addAll(entry.getValue().keySet());
                lowest = Math.min(lowest, entry.getKey());
            }
        }
        if (later.size() > group.f()) {
            changeTo(lowest);
        }
    }

    private void newView(NodeId by, NewView newView) {
        boolean expected = newView.view() > view || (newView.view() == view && changing);
        if (!expected || !by.equals(group.primary(newView.view())) || !group.isValid(newView)) {
            return;
        }
        view = newView.view();
        changing = false;
        host.note("enters view", view);
        proposals.clear();
        newView.proposals().forEach(proposal -> prePrepared(proposal.message(), proposal));
        if (by.equals(host.self())) {
            waiting.forEach(this::propose);
        }
        if (waiting.isEmpty()) {
            host.cancelTimer(Timer.VIEW_CHANGE);
        } else {
            awaitProgress();
        }
    }
}
