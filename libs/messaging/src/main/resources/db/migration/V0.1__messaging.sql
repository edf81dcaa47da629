-- The outbox is the write-ahead log: messages are written by pg_logical_emit_message and read by logical replication.
-- The stream has to name a publication; it holds no table because none is replicated.
create publication outbox;

-- The messages whose effects this database holds.
create table inbox (
    message_id  uuid primary key,
    received_at timestamptz not null default now()
);

-- Rows arrive in the order of time, so a block range index finds the old ones at next to no cost.
create index inbox_received_at on inbox using brin (received_at) with (pages_per_range = 16);
