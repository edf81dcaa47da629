-- Finds the keys of a bucket. The other tables' primary keys do, since an order's id begins with its bucket.
create index idempotency_key_by_bucket on idempotency_key (bucket);
