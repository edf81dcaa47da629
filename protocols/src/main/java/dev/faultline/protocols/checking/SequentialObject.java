package dev.faultline.protocols.checking;

/**
 * What an object does when it is used by one client at a time.
 *
 * @param <S> its states, compared with {@code equals}
 */
public interface SequentialObject<S, C, R> {

    S initial();

    S after(S state, C command);

    R result(S state, C command);
}
