-- Detaches the months that ended before the given day, and returns their number. Each stays as a table under its name,
-- completed_order_2026_05, which nobody reads any more: it can be dumped and dropped by hand.
--
-- With a default partition there is no "detach concurrently". A plain one takes milliseconds, and this one waits at most as
-- long as lock_timeout says for the statements before it, so that those behind it wait no longer either; it fails then.
create function detach_order_partitions(before date) returns int language plpgsql set lock_timeout = '200ms' as $$
declare
    detached int := 0;
    partition text;
begin
    for partition in
        select relname from pg_inherits join pg_class on oid = inhrelid
        where inhparent = 'completed_order'::regclass and relname ~ '^completed_order_\d{4}_\d{2}$'
          and to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' <= before
        order by relname
    loop
        execute format('alter table completed_order detach partition %I', partition);
        detached := detached + 1;
    end loop;
    return detached;
end
$$;

-- The deletion of expired keys reads the ranges that the index does not know yet, and the rows that are deleted and not yet
-- removed: neither may become a large part of a large table.
alter index idempotency_key_created_at set (autosummarize = on);
alter table idempotency_key set (autovacuum_vacuum_scale_factor = 0.02);
