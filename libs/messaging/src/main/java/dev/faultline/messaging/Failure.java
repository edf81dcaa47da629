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
 * A failed delivery, with the index of the failed message. The class determines the retry policy; the error handler
 * restarts its back-off when the class changes.
 */
abstract sealed class Failure extends BatchListenerFailedException {
    private final Throwable thrown;

    private Failure(String message, Throwable thrown, int index) {
        super(message + ": " + thrown.getMessage(), thrown, index);
        this.thrown = thrown;
    }

    /** Not caused by the message; retried indefinitely. */
    static final class Transient extends Failure {
        private Transient(Throwable thrown, int index) {
            super("transient failure", thrown, index);
        }
    }

    /** Presumably caused by the message; retried a limited number of times, then a dead letter. */
    static final class NonTransient extends Failure {
        private NonTransient(Throwable thrown, int index) {
            super("message handling failed", thrown, index);
        }
    }

    /** Never retried; a dead letter at once. */
    static final class Unreadable extends Failure {
        Unreadable(UnreadableMessageException thrown, int index) {
            super("unreadable message", thrown, index);
        }
    }

    /** @param index the message's index in the polled batch */
    static Failure of(Throwable thrown, int index) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++, cause = cause.getCause()) {
            if (isTransient(cause)) {
                return new Transient(thrown, index);
            }
        }
        return new NonTransient(thrown, index);
    }

    Throwable thrown() {
        return thrown;
    }

    private static boolean isTransient(Throwable cause) {
        return switch (cause) {
            case RetryLaterException _,OutOfMemoryError _,RetriableException _ -> true;
            case TransientDataAccessException _,RecoverableDataAccessException _,DataAccessResourceFailureException _,CannotCreateTransactionException _,TransactionTimedOutException _ ->
                true;
            case SQLTransientException _,SQLRecoverableException _ -> true;
            case SQLException e -> isTransient(String.valueOf(e.getSQLState()));
            case IOException _ -> true;
            default -> false;
        };
    }

    /** PostgreSQL manual, appendix "PostgreSQL Error Codes". */
    private static boolean isTransient(String sqlState) {
        return sqlState.startsWith("08") // connection exception
                || sqlState.startsWith("40") // deadlock, serialization failure
                || sqlState.startsWith("53") // insufficient resources
                || sqlState.startsWith("57") // operator intervention: shutdown, statement timeout
                || sqlState.startsWith("58") // system error
                || sqlState.equals("55P03") // lock not available
                || sqlState.equals("25006"); // read-only: a standby that is being promoted, or a demoted primary
    }
}
