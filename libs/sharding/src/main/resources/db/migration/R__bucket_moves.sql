-- The buckets whose rows this shard holds, or may hold, although it does not own them: copies in the making, and what a move
-- has left at its source. A mover enters a bucket before its first row arrives, and deletes the entry after the last row.
create table if not exists bucket_copy (
    bucket int primary key check (bucket between 0 and 1023)
);

-- The moves to this shard. A move whose mover was killed before it could say so is missing.
create table if not exists bucket_move (
    epoch bigint primary key,
    bucket int not null,
    source text not null,
    rows_copied bigint not null,
    rows_copied_locked bigint not null,
    -- how long transactions on the bucket waited at most: from the request for its lock to the commit on both shards
    pause_ms double precision not null,
    moved_at timestamptz not null default now()
);
