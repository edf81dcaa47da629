package dev.faultline.experiments.concurrency;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.experiments.concurrency.Attempt.Stock;

/** A way to sell one unit, as a transaction that may have to be repeated. */
public enum Strategy {
    READ_MODIFY_WRITE("read, then write", "read committed", true) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            Stock stock = attempt.read("");
            return stock.isSoldOut() ? Attempt.Answer.SOLD_OUT : attempt.write(stock.available() - 1);
        }
    },
    PESSIMISTIC("pessimistic: select for update", "read committed", false) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            Stock stock = attempt.read(" for update");
            return stock.isSoldOut() ? Attempt.Answer.SOLD_OUT : attempt.write(stock.available() - 1);
        }
    },
    OPTIMISTIC("optimistic: version column", "read committed", false) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            Stock stock = attempt.read("");
            return stock.isSoldOut() ? Attempt.Answer.SOLD_OUT : attempt.writeIfVersionIs(stock);
        }
    },
    REPEATABLE_READ("MVCC: repeatable read", "repeatable read", false) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            return READ_MODIFY_WRITE.attempt(attempt);
        }
    },
    SERIALIZABLE("MVCC: serializable", "serializable", false) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            return READ_MODIFY_WRITE.attempt(attempt);
        }
    },
    CONDITIONAL_UPDATE("conditional update", "read committed", false) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            return attempt.takeIfAvailable();
        }
    },
    COUNTED_REPEATABLE_READ("counted, repeatable read", "repeatable read", true) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            return attempt.countSales().isSoldOut() ? Attempt.Answer.SOLD_OUT : attempt.sell();
        }
    },
    COUNTED_SERIALIZABLE("counted, serializable", "serializable", false) {
        @Override
        Attempt.Answer attempt(Attempt attempt) throws SQLException {
            return COUNTED_REPEATABLE_READ.attempt(attempt);
        }
    };

    /** Units of a product whose sales are counted: few, because it is the last of them that is sold twice. */
    private static final int COUNTED_UNITS = 10;

    private final String title;
    private final String isolation;
    private final boolean isControl;

    Strategy(String title, String isolation, boolean isControl) {
        this.title = title;
        this.isolation = isolation;
        this.isControl = isControl;
    }

    /** @throws SQLException with the state 40001 too, if the server finds a conflict */
    abstract Attempt.Answer attempt(Attempt attempt) throws SQLException;

    public String title() {
        return title;
    }

    /** In SQL's words. */
    public String isolation() {
        return isolation;
    }

    /** Whether it must oversell. */
    public boolean isControl() {
        return isControl;
    }

    /** Whether the stock is what was received less the rows of the sales, and no row is updated. */
    public boolean isCounted() {
        return this == COUNTED_REPEATABLE_READ || this == COUNTED_SERIALIZABLE;
    }

    /** The control that shows that this strategy was needed. */
    public Strategy control() {
        return isCounted() ? COUNTED_REPEATABLE_READ : READ_MODIFY_WRITE;
    }

    /** The units of each product; all of one product, unless sales are counted. */
    int[] units(int stock) {
        return isCounted() ? Stream.iterate(stock, left -> left > 0, left -> left - COUNTED_UNITS).mapToInt(
                left -> Math.min(left, COUNTED_UNITS)).toArray() : IntStream.of(stock).toArray();
    }

    int isolationLevel() {
        return switch (isolation) {
            case "serializable" -> Connection.TRANSACTION_SERIALIZABLE;
            case "repeatable read" -> Connection.TRANSACTION_REPEATABLE_READ;
            default -> Connection.TRANSACTION_READ_COMMITTED;
        };
    }
}
