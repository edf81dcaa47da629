package dev.faultline.simulation;

import dev.faultline.payment.paying.Acquirer;
import org.jspecify.annotations.Nullable;

/** Sends a request up to three times, as payment-service's adapter does, over a network that loses and delays messages. */
final class VirtualAcquirer implements Acquirer {
    private static final int ATTEMPTS = 3;
    private static final long TIME_LIMIT_MS = 1_000;

    private final World world;
    private final AcquirerProcess acquirer;

    VirtualAcquirer(World world, AcquirerProcess acquirer) {
        this.world = world;
        this.acquirer = acquirer;
    }

    @Override
    public Answer ask(Request request, @Nullable String traceparent) {
        Node node = world.running().node;
        boolean maybeSent = false;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0) {
                node.sleep(world.between(50, 500));
            }
            if (acquirer.isDown() || world.faultOccurs(world.faults.acquirer() / 2)) {
                continue;
            }
            maybeSent = true;
            Answer answer = attempt(node, request);
            if (answer != null) {
                node.at(Boundary.ACQUIRER_ANSWERED);
                return answer;
            }
        }
        node.at(Boundary.ACQUIRER_ANSWERED);
        if (maybeSent) {
            return new Answer.Unknown("acquirer-timeout");
        }
        world.coverage.count(CoveragePoint.NOT_ASKED);
        return new Answer.NotSent("acquirer-unavailable");
    }

    /** Sends the request once; returns null if there is no response in time. */
    private @Nullable Answer attempt(Node node, Request request) {
        var answer = new Answer[1];
        long reachesMs = world.between(1, 31);
        boolean answers = true;
        if (world.faultOccurs(world.faults.acquirer())) {
            switch (world.below(3)) {
                case 0 -> {
                    world.coverage.count(CoveragePoint.REQUEST_LOST);
                    world.trace("network", "loses the request to %s %s", request.operation(), nameOf(request));
                    reachesMs = -1;
                }
                case 1 -> {
                    world.coverage.count(CoveragePoint.ANSWER_LOST);
                    answers = false;
                }
                default -> {
                    world.coverage.count(CoveragePoint.LATE_REQUEST);
                    reachesMs = world.chance(0.7) ? world.between(1_000, 5_000) : world.between(5_000, 180_000);
                }
            }
        }
        if (reachesMs > 0) {
            world.inTransit(reachesMs, () -> answer[0] = acquirer.perform(request));
        }
        node.at(Boundary.ACQUIRER_ASKED);
        node.sleep(reachesMs > 0 && reachesMs < TIME_LIMIT_MS && answers ? reachesMs + world.below(20) : TIME_LIMIT_MS);
        return answers ? answer[0] : null;
    }

    private static String nameOf(Request request) {
        return Orders.nameOf(request.orderId());
    }
}
