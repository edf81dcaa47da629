package dev.faultline.protocols.pbft;

import dev.faultline.protocols.schedules.NodeId;

/**
 * A signed message. It can be passed on, but only its signer can make it: a {@link Signer} is the one way, and each replica has
 * its own only. That is all the cryptography that there is here.
 */
final class Signed<M extends Message> {
    private final NodeId by;
    private final M message;

    private Signed(NodeId by, M message) {
        this.by = by;
        this.message = message;
    }

    /** A node's private key. */
    static final class Signer {
        private final NodeId owner;

        Signer(NodeId owner) {
            this.owner = owner;
        }

        <M extends Message> Signed<M> sign(M message) {
            return new Signed<>(owner, message);
        }
    }

    /** This one, with the type of its message. */
    <N extends Message> Signed<N> of(N same) {
        if (!same.equals(message)) {
            throw new IllegalArgumentException(by + " has not signed " + same);
        }
        return new Signed<>(by, same);
    }

    NodeId by() {
        return by;
    }

    M message() {
        return message;
    }

    @Override
    public String toString() {
        return message.toString();
    }
}
