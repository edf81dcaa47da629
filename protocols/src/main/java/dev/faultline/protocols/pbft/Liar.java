package dev.faultline.protocols.pbft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.pbft.Message.Commit;
import dev.faultline.protocols.pbft.Message.NewView;
import dev.faultline.protocols.pbft.Message.PrePrepare;
import dev.faultline.protocols.pbft.Message.Prepare;
import dev.faultline.protocols.pbft.Message.Reply;
import dev.faultline.protocols.pbft.Message.Request;
import dev.faultline.protocols.pbft.Message.ViewChange;
import dev.faultline.protocols.schedules.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A replica that does whatever may set the honest ones against each other: as the primary it proposes one thing to some and
 * another to others; it confirms to everyone what they seem to believe; it hides what was prepared when views change, and begins
 * a new view differently with each; it answers clients with nonsense; or it is silent. It can not sign for others.
 */
final class Liar implements Node<Signed<?>, Timer> {
    private final Host<Signed<?>, Timer> host;
    private final Group group;
    private final Signed.Signer signer;

    private int view;
    private int lastProposed;
    private final List<Request> requests = new ArrayList<>();
    private final Set<Confirmation> confirmed = new HashSet<>();
    private final Map<Integer, Map<NodeId, Signed<ViewChange>>> changes = new HashMap<>();

    private record Confirmation(NodeId to, Commit commit) {}

    Liar(Host<Signed<?>, Timer> host, Group group, Signed.Signer signer) {
        this.host = host;
        this.group = group;
        this.signer = signer;
    }

    @Override
    public void onStart() {
        host.setTimer(Timer.LIE, host.random(50, 400));
    }

    @Override
    public void onMessage(NodeId from, Signed<?> signed) {
        if (from.equals(host.self()) || host.random(0, 4) == 0) {
            return;
        }
        switch (signed.message()) {
            case Request request -> {
                if (!requests.contains(request)) {
                    requests.add(request);
                }
                host.send(request.client(), signer.sign(new Reply(request, host.random(1, 9))));
                proposeDifferentThings();
            }
            case PrePrepare(int inView, int n, Request request) -> {
                view = Math.max(view, inView);
                confirm(from, inView, n, request);
            }
            case Prepare(int inView, int n, Request request) -> confirm(from, inView, n, request);
            case Commit(int inView, int n, Request request) -> confirm(from, inView, n, request);
            case ViewChange change -> {
                view = Math.max(view, change.newView());
                var seen = changes.computeIfAbsent(change.newView(), _ -> new HashMap<>());
                if (seen.put(signed.by(), signed.of(change)) == null) {
                    hideWhatWasPrepared(change.newView());
                }
            }
            case NewView newView -> view = Math.max(view, newView.view());
            case Reply _ -> {
            }
        }
    }

    private void proposeDifferentThings() {
        if (group.primary(view).equals(host.self())) {
            lastProposed++;
            host.note("equivocates", "on %d.%d".formatted(view, lastProposed));
            for (NodeId replica : group.replicas()) {
                Request request = host.random(0, 3) == 0 ? null : requests.get(host.random(0, requests.size()));
                host.send(replica, signer.sign(new PrePrepare(view, lastProposed, request)));
            }
        }
    }

    private void confirm(NodeId replica, int inView, int n, @Nullable Request request) {
        var commit = new Commit(inView, n, request);
        if (confirmed.add(new Confirmation(replica, commit))) {
            host.send(replica, signer.sign(new Prepare(inView, n, request)));
            host.send(replica, signer.sign(commit));
        }
    }

    private void hideWhatWasPrepared(int newView) {
        Signed<ViewChange> own = signer.sign(new ViewChange(newView, new TreeMap<>()));
        Map<NodeId, Signed<ViewChange>> all = changes.getOrDefault(newView, new HashMap<>());
        all.put(host.self(), own);
        host.broadcast(group.replicas(), own);
        if (group.primary(newView).equals(host.self()) && all.size() >= group.quorum()) {
            for (NodeId replica : group.replicas()) {
                List<Signed<ViewChange>> proof = quorum(new ArrayList<>(all.values()));
                List<Signed<PrePrepare>> beginning = Group.beginning(newView, proof).stream().map(signer::sign)
                        .toList();
                host.send(replica, signer.sign(new NewView(newView, proof, beginning)));
            }
        }
    }

    private List<Signed<ViewChange>> quorum(List<Signed<ViewChange>> all) {
        while (all.size() > group.quorum()) {
            all.remove(host.random(0, all.size()));
        }
        return List.copyOf(all);
    }

    @Override
    public void onTimer(Timer timer) {
        host.broadcast(group.replicas(), signer.sign(new ViewChange(view + 1, new TreeMap<>())));
        onStart();
    }
}
