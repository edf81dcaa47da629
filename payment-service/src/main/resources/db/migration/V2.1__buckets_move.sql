-- Ids sort as bytes, whatever the database's collation, so that a bucket's rows are a range of the primary key.
drop view ledger_posting;
alter table payment alter column order_id type text collate "C";
alter table ledger_transfer alter column order_id type text collate "C";
create view ledger_posting as
select order_id, bucket, kind, debit_account as account, amount_minor, currency, at from ledger_transfer
union all
select order_id, bucket, kind, credit_account, -amount_minor, currency, at from ledger_transfer;
