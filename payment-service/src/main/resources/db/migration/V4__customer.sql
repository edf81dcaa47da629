-- Who may see the payment; null in payments of earlier versions.
alter table payment add column customer text;
