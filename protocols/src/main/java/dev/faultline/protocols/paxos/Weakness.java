package dev.faultline.protocols.paxos;

/** What a control takes away. */
enum Weakness {
    NONE, FORGETS_PROMISES, HALF_IS_ENOUGH, IGNORES_ACCEPTED;

    int quorum(int acceptors) {
        return this == HALF_IS_ENOUGH ? acceptors / 2 : acceptors / 2 + 1;
    }
}
