-- An order and its checkout are one row: in open_order, which stays small, while the checkout is in flight; then in
-- completed_order, which only grows and is never updated. No column that a step changes is indexed, so a step is one
-- heap-only update; fillfactor leaves the room for it on the page.
create table open_order (
    -- Ids begin with the bucket and go on with the time: a bucket's orders are a range of the primary key.
    id text collate "C" primary key,
    bucket int not null,
    -- the order, which never changes
    customer text not null,
    payment_method text not null,
    total_minor bigint not null,
    currency text not null,
    lines json not null,
    placed_at timestamptz not null default now(),
    -- the trace that the order was placed in, for what is sent without another cause
    traceparent text,
    -- the checkout: a step replaces the version that it was decided on, or nothing
    version int not null default 1,
    state text not null check (state not in ('CONFIRMED', 'REJECTED')),
    rejection_code text,
    rejection_detail text,
    rejection_sku text,
    -- when the checkout is looked after, by this database's clock, and how often that was in vain in its present state
    deadline_at timestamptz not null,
    redrives int not null default 0,
    -- the timeline: when each version was made, its state, and what caused it: the type of a reply, redrive or give-up;
    -- null for the first
    step_at timestamptz[] not null,
    step_state text[] not null,
    step_cause text[] not null
) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_threshold = -1);

-- Partitioned by the month in the order's id, so that a month leaves by detaching its partition.
create table completed_order (
    id text collate "C" not null,
    month date not null,
    bucket int not null,
    customer text not null,
    payment_method text not null,
    total_minor bigint not null,
    currency text not null,
    lines json not null,
    placed_at timestamptz not null,
    version int not null,
    state text not null check (state in ('CONFIRMED', 'REJECTED')),
    rejection_code text,
    rejection_detail text,
    rejection_sku text,
    settled_at timestamptz not null default now(),
    step_at timestamptz[] not null,
    step_state text[] not null,
    step_cause text[] not null,
    primary key (id, month)
) partition by range (month);
create index completed_order_by_customer on completed_order (customer, id desc);
create table completed_order_other partition of completed_order default;

-- Creates the month's partition if it does not exist.
create function create_order_partition(first_day date) returns void language plpgsql as $$
begin
    execute format('create table if not exists %I partition of completed_order for values from (%L) to (%L)',
                   'completed_order_' || to_char(first_day, 'YYYY_MM'), first_day, first_day + interval '1 month');
end
$$;
select create_order_partition((date_trunc('month', now()) + n * interval '1 month')::date) from generate_series(0, 1) as n;

create temporary table step_of as
select order_id, array_agg(at order by version) as step_at, array_agg(state order by version) as step_state,
       array_agg(reply order by version) as step_cause
from checkout_step group by order_id;

insert into open_order
select id, o.bucket, customer, payment_method, total_minor, currency, lines, placed_at, traceparent, version, state,
       rejection_code, rejection_detail, rejection_sku, deadline_at, redrives, step_at, step_state, step_cause
from customer_order o join checkout c on c.order_id = id join step_of s on s.order_id = id
where settled_at is null;

insert into completed_order
select id, date_trunc('month', placed_at)::date, o.bucket, customer, payment_method, total_minor, currency, lines, placed_at,
       version, state, rejection_code, rejection_detail, rejection_sku, settled_at, step_at, step_state, step_cause
from customer_order o join checkout c on c.order_id = id join step_of s on s.order_id = id
where settled_at is not null;

drop table step_of;

-- Kept for a stated time. A block range index finds the old ones at next to no cost, since rows arrive by time.
alter table idempotency_key drop constraint idempotency_key_order_id_fkey,
    add column created_at timestamptz not null default now();
create index idempotency_key_created_at on idempotency_key using brin (created_at) with (pages_per_range = 16);

drop table checkout_step, checkout, customer_order;
