package dev.faultline.inventory.reservation.jdbc;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.inventory.reservation.Reservation;
import dev.faultline.inventory.reservation.Reservation.Rejected;
import dev.faultline.inventory.reservation.Reservation.Released;
import dev.faultline.inventory.reservation.Reservation.Reserved;
import dev.faultline.inventory.reservation.Shortage;
import org.jspecify.annotations.Nullable;

/**
 * One line of a reservation, on the shard of its SKU.
 *
 * @param shortage the reason of a rejection, the same on every line of the order; null otherwise
 */
record ReservationRow(OrderId order, OrderLine line, Status status, @Nullable Shortage shortage) {

    enum Status {
        RESERVED, REJECTED, RELEASED
    }

    static Stream<ReservationRow> of(Reservation reservation) {
        Status status = switch (reservation) {
            case Reserved _ -> Status.RESERVED;
            case Rejected _ -> Status.REJECTED;
            case Released _ -> Status.RELEASED;
        };
        Shortage shortage = reservation instanceof Rejected rejected ? rejected.shortage() : null;
        return reservation.lines().stream()
                .map(line -> new ReservationRow(reservation.orderId(), line, status, shortage));
    }

    /** Assembles reservations from the rows of all shards. */
    static List<Reservation> reservations(Collection<ReservationRow> rows) {
        var byOrder = rows.stream()
                .collect(Collectors.groupingBy(ReservationRow::order, TreeMap::new, Collectors.toList()));
        return byOrder.values().stream().map(ReservationRow::reservation).toList();
    }

    private static Reservation reservation(List<ReservationRow> rows) {
        ReservationRow first = rows.getFirst();
        List<OrderLine> lines = rows.stream().map(ReservationRow::line).toList();
        return switch (first.status) {
            case RESERVED -> new Reserved(first.order, lines);
            case REJECTED -> new Rejected(first.order, lines, first.requiredShortage());
            case RELEASED -> new Released(first.order, lines);
        };
    }

    private Shortage requiredShortage() {
        if (shortage == null) {
            throw new IllegalStateException("rejected order " + order + " has no shortage");
        }
        return shortage;
    }
}
