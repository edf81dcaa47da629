-- Orders that a writer committed, by how it tells them to Kafka, and those of which a message arrived.
create table placed (
    order_id text collate "C" primary key,
    way text not null
);

create table shipped (
    order_id text collate "C" primary key
);

-- What two consumers of the same topic have stored. Some addresses are longer than this.
create table parcel (
    consumer text not null,
    order_id text collate "C",
    address varchar(40) not null,
    arrived_at timestamptz not null default clock_timestamp(),
    primary key (consumer, order_id)
);
