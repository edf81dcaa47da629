package dev.faultline.backing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the end of a fenced primary's log in single-user mode, in which PostgreSQL recovers as after a crash, and no client
 * can connect.
 *
 * @see <a href="https://www.postgresql.org/docs/18/pgwalinspect.html">pg_walinspect</a>
 */
final class FencedLog {
    private static final Pattern RESULT = Pattern.compile("discarded = \"(\\d+) (\\d+)\"");
    private FencedLog() {}

    /**
     * @param command of a server in single-user mode on the fenced data
     * @param from    the end of the successor's log when it took over
     * @throws IOException if the data cannot be recovered
     */
    static DiscardedLog discarded(List<String> command, String from) throws IOException {
        if (!from.matches("[0-9A-F]+/[0-9A-F]+")) {
            throw new IllegalArgumentException("not a position in the log: " + from);
        }
        var statements = new ByteArrayInputStream(statements(from).getBytes(StandardCharsets.UTF_8));
        ExternalProgram.Outcome outcome = ExternalProgram.run(command, statements);
        Matcher result = RESULT.matcher(outcome.output());
        if (!outcome.succeeded() || !result.find()) {
            throw new IOException(outcome.output());
        }
        return new DiscardedLog(from, Long.parseLong(result.group(1)), Long.parseLong(result.group(2)));
    }

    /**
     * One line for each statement. The end of the old log is where the checkpoint is that ends this recovery, or the one of
     * a clean shutdown.
     */
    private static String statements(String from) {
        return """
            create temporary table recovered as select pg_current_wal_insert_lsn() as lsn
            create extension if not exists pg_walinspect
            create temporary table record as select r.* from recovered, lateral pg_get_wal_records_info('%1$s', lsn) r where lsn > '%1$s'
            create temporary table ended as select coalesce(max(start_lsn), '%1$s') as lsn from record where record_type = 'CHECKPOINT_SHUTDOWN'
            select (select lsn - '%1$s' from ended) || ' ' || (select count(*) from record, ended where resource_manager = 'Transaction' and record_type in ('COMMIT', 'COMMIT_PREPARED') and start_lsn < lsn) as discarded
            """.formatted(from);
    }
}
