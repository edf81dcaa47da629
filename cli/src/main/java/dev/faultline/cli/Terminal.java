package dev.faultline.cli;

import java.io.PrintWriter;

import dev.faultline.backing.Progress;

/** Prints aligned lines, coloured where the terminal supports it. */
final class Terminal implements Progress {
    enum Colour {
        RED(31), GREEN(32), YELLOW(33), GREY(90);

        private final int code;

        Colour(int code) {
            this.code = code;
        }
    }

    private final PrintWriter out;
    private final boolean colours;
    private final long begin = System.nanoTime();

    Terminal(PrintWriter out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    /** Coloured if the script ./faultline detected a terminal that supports it. */
    static Terminal of(PrintWriter out) {
        return new Terminal(out, Boolean.getBoolean("faultline.colours"));
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    String coloured(Colour colour, String text) {
        return colours ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    /** Prints a line with the time since the command began. */
    @Override
    public synchronized void report(String subject, String what) {
        line("%s  %-22s %s".formatted(coloured(Colour.GREY, "%6.1f s".formatted(seconds())), subject, what));
    }

    double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }

    static String bytes(long bytes) {
        return bytes >= 1 << 30 ? "%.2f GiB".formatted(bytes / (double) (1 << 30)) : (bytes >> 20) + " MiB";
    }
}
