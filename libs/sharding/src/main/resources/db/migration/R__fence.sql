-- Replaces the function that the first version returned the missing buckets from: an error stops the statements that
-- were sent along with the fence.
drop function if exists fence_buckets(int[]);

-- Holds the buckets on this shard until the transaction ends; fails with FLB01 if the shard does not own all of them.
-- A mover takes the same locks exclusively. Each statement of the function sees what was committed before it began, so
-- ownership is read after the locks are held. "offset 0" keeps the look-up a probe of the primary key for each bucket.
create function fence_buckets(wanted int[]) returns void language plpgsql as $$
declare
    missing int[];
begin
    perform pg_advisory_xact_lock_shared(1024, bucket) from unnest(wanted) as bucket;
    missing := array(select bucket from unnest(wanted) as bucket
                     where not exists (select from bucket_ownership o where o.bucket = bucket.bucket offset 0));
    if cardinality(missing) > 0 then
        raise exception 'buckets % are not owned', missing using errcode = 'FLB01';
    end if;
end
$$;
