-- The inbox of the first version: what a message has done is recognized by the rows that it wrote.
drop table if exists inbox;
