package dev.faultline.protocols.store;

/** What a client can ask of a key; every key begins with 0. */
public sealed interface Command {

    String key();

    record Read(String key) implements Command {
        @Override
        public String toString() {
            return key + "?";
        }
    }

    record Write(String key, int value) implements Command {
        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    /** Writes the value if the key has the expected one. */
    record CompareAndSet(String key, int expected, int value) implements Command {
        @Override
        public String toString() {
            return key + ":" + expected + "→" + value;
        }
    }
}
