-- Rows carry their bucket, so that a bucket can move to another shard.
create table payment (
    order_id text primary key,
    bucket int not null,
    status text not null,
    -- null where a void came before there was anything to pay
    amount_minor bigint check (amount_minor >= 0),
    currency text,
    payment_method text,
    decline_reason text,
    -- A fencing token: who takes the payment up counts it on, and who records an outcome must still hold it.
    version int not null,
    -- Voids are driven on until they are confirmed: when next, and how often they were.
    next_attempt_at timestamptz,
    attempts int not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check ((status in ('VOIDING', 'REFUNDING')) = (next_attempt_at is not null)),
    check ((status in ('DECLINED', 'CAPTURE_DECLINED')) = (decline_reason is not null)),
    check (status = 'VOIDED' or (amount_minor is not null and currency is not null and payment_method is not null))
);
create index payment_overdue on payment (next_attempt_at) where next_attempt_at is not null;

-- Double entry by construction: a transfer is both its postings, so one without the other can not be written.
create table ledger_transfer (
    order_id text not null references payment,
    bucket int not null,
    kind text not null check (kind in ('CAPTURE', 'REFUND')),
    debit_account text not null,
    credit_account text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    at timestamptz not null default now(),
    primary key (order_id, kind),
    check (debit_account <> credit_account)
);

-- Debits are positive, credits negative. The balance of an account is the sum of its postings.
create view ledger_posting as
select order_id, bucket, kind, debit_account as account, amount_minor, currency, at from ledger_transfer
union all
select order_id, bucket, kind, credit_account, -amount_minor, currency, at from ledger_transfer;
