-- The highest fencing token seen of each role. Repeatable, so that databases get it that are past the versions of this
-- library.
create table if not exists fencing_token (
    role text primary key,
    highest bigint not null
);
