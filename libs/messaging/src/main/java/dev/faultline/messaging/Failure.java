package dev.faultline.messaging;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;

import org.apache.kafka.common.errors.RetriableException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionTimedOutException;

/**
 * Names the message that cannot be handled now, and its class decides how it is repeated: the error handler begins a new
 * series of attempts when the class changes.
 */
abstract sealed class Failure extends BatchListenerFailedException {
    private final Throwable thrown;

    private Failure(String message, Throwable thrown, int index) {
        super(message + ": " + thrown.getMessage(), thrown, index);
        this.thrown = thrown;
    }

    /** Not the message's fault: repeated without end. */
    static final class Passing extends Failure {
        private Passing(Throwable thrown, int index) {
            super("trouble that will pass", thrown, index);
        }
    }

    /** Taken for the message's fault: repeated a few times. */
    static final class Persisting extends Failure {
        private Persisting(Throwable thrown, int index) {
            super("a message cannot be handled", thrown, index);
        }
    }

    /** Not repeated. */
    static final class Unreadable extends Failure {
        Unreadable(UnreadableMessageException thrown, int index) {
            super("a message cannot be read", thrown, index);
        }
    }

    /** @param index of the message in what was polled */
    static Failure of(Throwable thrown, int index) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
            if (passes(cause)) {
                return new Passing(thrown, index);
            }
        }
        return new Persisting(thrown, index);
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
