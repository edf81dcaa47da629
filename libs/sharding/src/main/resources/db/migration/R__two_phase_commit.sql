-- Finds old decisions. Rows arrive in the order of time, so a block range index does so at next to no cost.
create index if not exists two_phase_commit_decided_at on two_phase_commit using brin (decided_at)
    with (pages_per_range = 4);
