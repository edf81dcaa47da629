package dev.faultline.protocols.crdt;

/**
 * A state that replicas merge. {@code merge} is commutative, associative and idempotent, and every change of a state is a step
 * up in the order that it makes; so states may arrive in any order, repeated, or not at all if a later one does.
 *
 * @param <S> itself
 * @see <a href="https://doi.org/10.1007/978-3-642-24550-3_29">Shapiro et al.: Conflict-free Replicated Data Types, 2011</a>
 */
interface Crdt<S extends Crdt<S>> {

    /** The least state that is above both. */
    S merge(S other);
}
