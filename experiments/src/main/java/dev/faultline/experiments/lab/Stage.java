package dev.faultline.experiments.lab;

/** What has to run before an experiment begins. */
public enum Stage {
    NOTHING("servers of its own"),
    PLATFORM("the platform"),
    STANDBYS("the platform with synchronous standbys");

    private final String words;

    Stage(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
