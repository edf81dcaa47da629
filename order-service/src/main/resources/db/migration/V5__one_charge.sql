-- The acquirer authorizes and captures in one request, so a checkout charges in one step.
update open_order
set state = case when state in ('AUTHORIZING_PAYMENT', 'CAPTURING_PAYMENT') then 'CHARGING_PAYMENT' else state end,
    step_state = array_replace(array_replace(step_state, 'AUTHORIZING_PAYMENT', 'CHARGING_PAYMENT'),
                               'CAPTURING_PAYMENT', 'CHARGING_PAYMENT')
where 'AUTHORIZING_PAYMENT' = any(step_state);
update completed_order
set step_state = array_replace(array_replace(step_state, 'AUTHORIZING_PAYMENT', 'CHARGING_PAYMENT'),
                               'CAPTURING_PAYMENT', 'CHARGING_PAYMENT')
where 'AUTHORIZING_PAYMENT' = any(step_state);
