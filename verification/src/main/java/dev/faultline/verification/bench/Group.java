package dev.faultline.verification.bench;

/** What a figure is of. The names are those of the JSON file. */
public enum Group {
    LATENCY("latency, ms"),
    CPU("CPU, ms an order"),
    CONTEXT_SWITCHES("context switches an order"),
    POSTGRESQL("PostgreSQL, an order"),
    MESSAGES("messages"),
    RESIDENT("resident memory, MiB"),
    HEAP("heap used, MiB");

    private final String title;

    Group(String title) {
        this.title = title;
    }

    /** With the unit. */
    public String title() {
        return title;
    }
}
