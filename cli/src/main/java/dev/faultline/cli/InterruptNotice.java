package dev.faultline.cli;

import java.util.function.Supplier;

/** Prints a line if the command is interrupted, for example by Ctrl-C, before this is closed. */
final class InterruptNotice implements AutoCloseable {
    private volatile boolean isClosed;

    InterruptNotice(Terminal terminal, Supplier<String> notice) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!isClosed) {
                terminal.line(notice.get());
            }
        }));
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
