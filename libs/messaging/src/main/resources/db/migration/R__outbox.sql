-- Sends, with the transaction that calls it, the messages whose key is admitted, in their order: for a statement that
-- knows only in the end which of its rows were written.
create or replace function outbox_send(keys text[], contents bytea[], admitted text[]) returns bigint
    language sql volatile as $$
    select count(pg_logical_emit_message(true, 'outbox', content))
    from unnest(keys, contents) as message(key, content)
    where key = any(admitted)
$$;
