package dev.faultline.messaging;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;

import org.apache.kafka.common.errors.RetriableException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionTimedOutException;

/**
 * Why a message can not be handled now, which decides how it is repeated. These are classes, and what was thrown is not
 * their cause, because the error handler classifies by root cause and begins a new series of attempts when its class
 * changes.
 */
abstract sealed class Failure extends RuntimeException {
    private final Throwable thrown;

    private Failure(String message, Throwable thrown) {
        super(message + ": " + thrown, null, true, false);
        this.thrown = thrown;
        addSuppressed(thrown); // for the log
    }

    /** Not the message's fault: repeated without end. */
    static final class Passing extends Failure {
        private Passing(Throwable thrown) {
            super("trouble that will pass", thrown);
        }
    }

    /** Taken for the message's fault: repeated a few times. */
    static final class Persisting extends Failure {
        private Persisting(Throwable thrown) {
            super("the message can not be handled", thrown);
        }
    }

    /** Not repeated. */
    static final class Unreadable extends Failure {
        Unreadable(UnreadableMessageException thrown) {
            super("the message can not be read", thrown);
        }
    }

    static Failure of(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
            if (passes(cause)) {
                return new Passing(thrown);
            }
        }
        return new Persisting(thrown);
    }

    Throwable thrown() {
        return thrown;
    }

    private static boolean passes(Throwable cause) {
        return switch (cause) {
            case RetryLaterException _,OutOfMemoryError _,RetriableException _ -> true;
            case TransientDataAccessException _,RecoverableDataAccessException _,DataAccessResourceFailureException _,CannotCreateTransactionException _,TransactionTimedOutException _ ->
                true;
            case SQLTransientException _,SQLRecoverableException _ -> true;
            case SQLException e -> passes(String.valueOf(e.getSQLState()));
            case IOException _ -> true;
            default -> false;
        };
    }

    /** PostgreSQL manual, appendix "PostgreSQL Error Codes". */
    private static boolean passes(String sqlState) {
        return sqlState.startsWith("08") // connection
                || sqlState.startsWith("40") // deadlock, serialization
                || sqlState.startsWith("53") // out of connections, memory, disk
                || sqlState.startsWith("57") // shutdown, statement timeout
                || sqlState.startsWith("58") // system error
                || sqlState.equals("55P03") // lock not available
                || sqlState.equals("25006"); // read-only: on its way to be a primary, or no longer one
    }
}
