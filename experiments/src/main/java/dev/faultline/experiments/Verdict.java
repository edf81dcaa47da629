package dev.faultline.experiments;

/** What a comparison came to. */
public enum Verdict {
    HELD("Every guarantee held, and the control went wrong as it must"),
    VIOLATED("A guarantee was violated"),
    SAYS_NOTHING("Says nothing: the control did not go wrong, so a violation would not have been noticed");

    private final String sentence;

    Verdict(String sentence) {
        this.sentence = sentence;
    }

    /** @param controlWentWrong whether every control showed the violation that the others must not show */
    public static Verdict of(boolean violated, boolean controlWentWrong) {
        if (violated) {
            return VIOLATED;
        }
        return controlWentWrong ? HELD : SAYS_NOTHING;
    }

    public String sentence() {
        return sentence;
    }
}
