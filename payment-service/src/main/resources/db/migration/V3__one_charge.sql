-- The acquirer authorizes and captures in one request. Payments in between are charged under their id, as if repeated.
alter table payment drop constraint payment_check1;
update payment set status = case status when 'CAPTURED' then 'CHARGED' when 'CAPTURE_DECLINED' then 'DECLINED' else 'CHARGING' end
where status in ('AUTHORIZING', 'AUTHORIZED', 'CAPTURING', 'CAPTURED', 'CAPTURE_DECLINED');
alter table payment add check ((status = 'DECLINED') = (decline_reason is not null));

alter table ledger_transfer drop constraint ledger_transfer_kind_check;
update ledger_transfer set kind = 'CHARGE' where kind = 'CAPTURE';
alter table ledger_transfer add check (kind in ('CHARGE', 'REFUND'));
