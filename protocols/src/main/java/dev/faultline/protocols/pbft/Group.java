package dev.faultline.protocols.pbft;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import dev.faultline.protocols.pbft.Message.Certificate;
import dev.faultline.protocols.pbft.Message.NewView;
import dev.faultline.protocols.pbft.Message.PrePrepare;
import dev.faultline.protocols.pbft.Message.Prepare;
import dev.faultline.protocols.pbft.Message.ViewChange;
import dev.faultline.protocols.schedules.NodeId;

/**
 * What all replicas know of each other.
 *
 * @param f how many of them may lie
 */
record Group(List<NodeId> replicas, int f) {

    /**
     * As many as can be waited for if {@code f} are silent. Two quorums have {@code n - 2f} replicas in common: with 3f + 1, at
     * least one of these is honest; with 3f, possibly none.
     */
    int quorum() {
        return replicas.size() - f;
    }

    NodeId primary(int view) {
        return replicas.get(view % replicas.size());
    }

    /** Whether the certificate proves what it says. */
    boolean isValid(Certificate certificate) {
        PrePrepare proposal = certificate.prePrepare().message();
        var prepare = new Prepare(proposal.view(), proposal.n(), proposal.request());
        long backups = certificate.prepares().stream().filter(each -> each.message().equals(prepare)).map(Signed::by)
                .filter(by -> !by.equals(primary(proposal.view()))).distinct().count();
        return certificate.prePrepare().by().equals(primary(proposal.view())) && backups >= quorum() - 1;
    }

    boolean isValid(ViewChange change) {
        return change.prepared().entrySet().stream().allMatch(entry -> {
            PrePrepare proposal = entry.getValue().prePrepare().message();
            return proposal.n() == entry.getKey() && proposal.view() < change.newView() && isValid(entry.getValue());
        });
    }

    /** Whether a quorum wants this view. */
    boolean isQuorum(int view, List<Signed<ViewChange>> changes) {
        return changes.stream().allMatch(change -> change.message().newView() == view && isValid(change.message()))
                && changes.stream().map(Signed::by).distinct().count() >= quorum();
    }

    /** Whether a quorum wants the view, and it begins with what it must. */
    boolean isValid(NewView newView) {
        return isQuorum(newView.view(), newView.viewChanges())
                && newView.proposals().stream().allMatch(proposal -> proposal.by().equals(primary(newView.view())))
                && newView.proposals().stream().map(Signed::message).toList().equals(beginning(newView.view(), newView
                        .viewChanges()));
    }

    /**
     * What a new view begins with: for each sequence number what was prepared in the highest view, and null for gaps. Whatever
     * was committed is among it, because its quorum and that of the view changes have an honest replica in common.
     */
    static List<PrePrepare> beginning(int view, List<Signed<ViewChange>> changes) {
        var highest = new TreeMap<Integer, PrePrepare>();
        changes.forEach(change -> change.message().prepared().forEach((n, certificate) -> highest.merge(n, certificate
                .prePrepare().message(), (one, other) -> one.view() < other.view() ? other : one)));
        var beginning = new ArrayList<PrePrepare>();
        for (int n = 1; !highest.isEmpty() && n <= highest.lastKey(); n++) {
            PrePrepare proposal = highest.get(n);
            beginning.add(new PrePrepare(view, n, proposal == null ? null : proposal.request()));
        }
        return beginning;
    }
}
