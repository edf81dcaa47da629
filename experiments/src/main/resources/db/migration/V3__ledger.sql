-- payment-service's ledger (its V1 and V3 migrations), whose rows know the shard and the transaction that wrote them first:
-- they keep both when their bucket moves.
create table ledger_transfer (
    order_id text collate "C",
    kind text check (kind in ('CHARGE', 'REFUND')),
    bucket int not null,
    debit_account text not null,
    credit_account text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    at timestamptz not null default now(),
    shard text not null,
    transaction xid8 not null default pg_current_xact_id(),
    primary key (order_id, kind),
    check (debit_account <> credit_account)
);

-- The transfers of the transactions from one number on and before another, sealed when all of them had ended.
create table ledger_block (
    number bigint primary key,
    since xid8 not null,
    upto xid8 not null,
    previous text not null,
    keys text[] not null,
    leaves text[] not null,
    hash text not null
);
