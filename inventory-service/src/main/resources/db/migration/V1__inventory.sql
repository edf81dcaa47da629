-- Goods in the house. For each SKU what was received is available + reserved, always: no statement changes one side only.
-- Rows carry their bucket, so that a bucket can be found and moved. Collation "C" sorts SKUs as Java does.
create table stock (
    sku text collate "C" primary key,
    bucket int not null check (bucket between 0 and 1023),
    available int not null check (available >= 0),
    reserved int not null check (reserved >= 0),
    check (available <= 1000000000 - reserved)
) with (fillfactor = 50); -- room for new versions of a hot row on its own page: no index is touched by an update

-- What came in, once for each receipt's id.
create table goods_receipt (
    sku text collate "C",
    receipt_id text collate "C",
    bucket int not null check (bucket between 0 and 1023),
    quantity int not null check (quantity > 0),
    received_at timestamptz not null default now(),
    primary key (sku, receipt_id)
);

-- What became of each order's lines. Kept for good: a repeated command is answered from here, and the row of an order that
-- was released before it was reserved is the tombstone that bars its late reservation.
create table reservation (
    order_id text collate "C",
    sku text collate "C",
    bucket int not null check (bucket between 0 and 1023),
    quantity int not null check (quantity > 0),
    status text not null check (status in ('RESERVED', 'REJECTED', 'RELEASED')),
    -- Why the order was rejected; it may have been for a SKU that lives on another shard.
    short_of text,
    short_requested int,
    short_available int,
    updated_at timestamptz not null default now(),
    primary key (order_id, sku),
    check (case status when 'REJECTED' then num_nulls(short_of, short_requested, short_available) = 0
           else num_nonnulls(short_of, short_requested, short_available) = 0 end)
);
