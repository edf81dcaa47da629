package dev.faultline.experiments.lab;

/** What has to run before an experiment begins. */
public enum Stage {
    NOTHING("own", "servers of its own, or none", "It starts them, and deletes them afterwards."),
    PLATFORM("platform", "the platform", "It uses the one that ./faultline up has started, or starts a temporary one."),
    STANDBYS("standbys", "the platform with synchronous standbys",
            "It uses the one that ./faultline up --standbys has started, or starts a temporary one.");

    private final String word;
    private final String words;
    private final String how;

    Stage(String word, String words, String how) {
        this.word = word;
        this.words = words;
        this.how = how;
    }

    /** For a column. */
    public String word() {
        return word;
    }

    public String words() {
        return words;
    }

    /** A sentence on how that comes to run. */
    public String how() {
        return how;
    }
}
