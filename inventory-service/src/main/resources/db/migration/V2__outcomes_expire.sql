-- Finds the outcomes that need not be remembered. Reservations that hold stock, which are most, are not in it.
create index reservation_outcome_updated_at on reservation (updated_at) where status <> 'RESERVED';
