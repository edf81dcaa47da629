package dev.faultline.protocols.pbft;

import java.util.List;
import java.util.SortedMap;

import dev.faultline.protocols.schedules.NodeId;
import org.jspecify.annotations.Nullable;

/** The messages of the paper, with requests in the place of their digests. */
sealed interface Message {

    /** What a client wants executed. */
    record Request(NodeId client, int timestamp) implements Message {
        @Override
        public String toString() {
            return client + "#" + timestamp;
        }
    }

    /** @param request null for a no-op, which fills a gap */
    record PrePrepare(int view, int n, @Nullable Request request) implements Message {
        @Override
        public String toString() {
            return "pre-prepare %d.%d: %s".formatted(view, n, request);
        }
    }

    record Prepare(int view, int n, @Nullable Request request) implements Message {
        @Override
        public String toString() {
            return "prepare %d.%d: %s".formatted(view, n, request);
        }
    }

    record Commit(int view, int n, @Nullable Request request) implements Message {
        @Override
        public String toString() {
            return "commit %d.%d: %s".formatted(view, n, request);
        }
    }

    record Reply(Request request, int n) implements Message {
        @Override
        public String toString() {
            return request + " is " + n;
        }
    }

    /** The proof that a request was prepared: nobody can prepare another one in that view. */
    record Certificate(Signed<PrePrepare> prePrepare, List<Signed<Prepare>> prepares) {}

    /** @param prepared the certificate of the highest view for each sequence number */
    record ViewChange(int newView, SortedMap<Integer, Certificate> prepared) implements Message {
        @Override
        public String toString() {
            return "view change %d%s".formatted(newView, prepared.isEmpty() ? "" : ", prepared " + prepared.keySet());
        }
    }

    /**
     * @param viewChanges the proof that enough replicas want this view
     * @param proposals   what it begins with, which each replica computes from the proof and compares
     */
    record NewView(int view, List<Signed<ViewChange>> viewChanges, List<Signed<PrePrepare>> proposals)
            implements Message {
        @Override
        public String toString() {
            return "new view " + view;
        }
    }
}
