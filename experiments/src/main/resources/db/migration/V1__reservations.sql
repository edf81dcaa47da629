-- What inventory-service has of them (its V1 migration), less what a comparison of two products does not need: each order
-- takes one unit of each. Rows carry their bucket, and every transaction on them is fenced, as in the service.
create table stock (
    sku text collate "C" primary key,
    bucket int not null check (bucket between 0 and 1023),
    available int not null check (available >= 0),
    reserved int not null check (reserved >= 0)
) with (fillfactor = 50);

create table reservation (
    order_id text collate "C",
    sku text collate "C",
    bucket int not null check (bucket between 0 and 1023),
    status text not null check (status in ('RESERVED', 'RELEASED')),
    primary key (order_id, sku)
);

-- The saga's log, on the shard of the first product: it is begun, and decided, in one transaction with that shard's stock.
create table saga (
    order_id text collate "C" primary key,
    bucket int not null check (bucket between 0 and 1023),
    first_sku text not null,
    second_sku text not null,
    state text not null check (state in ('RESERVING', 'CONFIRMED', 'COMPENSATING', 'COMPENSATED')),
    changed_at timestamptz not null default now()
);
create index saga_unfinished on saga (changed_at) where state in ('RESERVING', 'COMPENSATING');
