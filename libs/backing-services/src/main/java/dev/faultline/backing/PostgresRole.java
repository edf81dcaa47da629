package dev.faultline.backing;

/** What a server is by its data directory, whether it is running or not. */
public enum PostgresRole {
    /** It has no data: it was never initialized, or it is fenced and has not been rebuilt. It cannot start. */
    NONE,
    /** It accepts writes as soon as it runs. */
    PRIMARY,
    /** It follows a primary, and accepts no write. */
    STANDBY
}
