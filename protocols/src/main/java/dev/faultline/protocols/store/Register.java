package dev.faultline.protocols.store;

import dev.faultline.protocols.checking.SequentialObject;

/** One key of the store, specified without regard to how the store does it. */
public enum Register implements SequentialObject<Integer, Command, Integer> {
    INSTANCE;

    @Override
    public Integer initial() {
        return 0;
    }

    @Override
    public Integer after(Integer state, Command command) {
        return switch (command) {
            case Command.Read _ -> state;
            case Command.Write write -> write.value();
            case Command.CompareAndSet set -> state == set.expected() ? set.value() : state;
        };
    }

    @Override
    public Integer result(Integer state, Command command) {
        return after(state, command);
    }
}
