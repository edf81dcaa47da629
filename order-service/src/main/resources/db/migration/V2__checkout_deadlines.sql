-- When an unsettled checkout is looked after, by this database's clock, and how often that was in vain in its present
-- state. Checkouts of before are looked after at once.
alter table checkout
    add column deadline_at timestamptz,
    add column redrives int not null default 0,
    -- the trace that the order was placed in, for what is sent without another cause
    add column traceparent text;

update checkout set deadline_at = now() where settled_at is null;

-- No unsettled checkout is forgotten.
alter table checkout add check ((settled_at is null) = (deadline_at is not null));

create index checkout_by_deadline on checkout (deadline_at) where deadline_at is not null;

comment on column checkout_step.reply is
    'what caused the step: the type of a reply, redrive or give-up; null for the first';
