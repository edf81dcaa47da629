-- Which shard this database is, so that nobody writes to one shard what belongs to another.
create table shard_identity (
    name text primary key,
    the_only_row boolean not null default true unique check (the_only_row)
);

-- Ownership lives with the data: the buckets that this shard may write.
create table bucket_ownership (
    bucket int primary key check (bucket between 0 and 1023),
    epoch bigint not null
);

-- Holds the buckets where they are until the transaction ends, and returns those that this shard does not own.
-- A mover takes the same locks exclusively. Each statement of the function sees what was committed before it began,
-- so ownership is read after the locks are held.
create function fence_buckets(wanted int[]) returns int[] language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(1024, bucket) from unnest(wanted) as bucket;
    return array(select bucket from unnest(wanted) as bucket
                 where not exists (select from bucket_ownership o where o.bucket = bucket.bucket));
end
$$;

-- Outcomes of two-phase commits that this shard coordinated. The primary key arbitrates between a coordinator that
-- commits and a recovery that gave it up: whoever inserts first decides.
create table two_phase_commit (
    gid text primary key,
    committed boolean not null,
    decided_at timestamptz not null default now()
);
