-- Room on the page for the versions of a payment: no indexed column changes on its way to captured, so that no index is
-- written either.
alter table payment set (fillfactor = 50);

-- A transfer is written by the statement that stores its payment.
alter table ledger_transfer drop constraint ledger_transfer_order_id_fkey;
