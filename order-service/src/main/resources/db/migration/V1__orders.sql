-- Rows carry their bucket, so that a bucket can move to another shard.
create table product (
    sku text primary key,
    bucket int not null,
    name text not null,
    price_minor bigint not null check (price_minor > 0),
    currency text not null
);

-- Ids begin with the bucket and go on with the time, so a customer's newest orders are at one end of the index.
create table customer_order (
    id text primary key,
    bucket int not null,
    customer text not null,
    payment_method text not null,
    total_minor bigint not null,
    currency text not null,
    lines jsonb not null,
    placed_at timestamptz not null default now()
);
create index customer_order_by_customer on customer_order (customer, id desc);

create table idempotency_key (
    customer text not null,
    key text not null,
    bucket int not null,
    request_hash bytea not null,
    -- checked at commit, since the key is taken before anything is stored under it
    order_id text not null references customer_order deferrable initially deferred,
    primary key (customer, key)
);

-- The saga. A transition replaces the row of the version that it was decided on, or nothing.
create table checkout (
    order_id text primary key references customer_order,
    bucket int not null,
    version int not null,
    state text not null,
    rejection_code text,
    rejection_detail text,
    rejection_sku text,
    settled_at timestamptz,
    check ((state in ('CONFIRMED', 'REJECTED')) = (settled_at is not null))
);

-- How each version came about: the reply that caused it and the commands that it sent.
create table checkout_step (
    order_id text not null references checkout,
    version int not null,
    bucket int not null,
    at timestamptz not null default clock_timestamp(),
    state text not null,
    reply text,
    reply_id uuid,
    commands text[] not null,
    primary key (order_id, version)
);
