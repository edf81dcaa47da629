-- Find what belongs to a bucket. Stock has a row per SKU and needs no index.
create index reservation_by_bucket on reservation (bucket);
create index goods_receipt_by_bucket on goods_receipt (bucket);
