alter table auth.api_keys
    -- When it ends by itself; null for never.
    add column expires_at timestamptz,
    -- How the names of the metrics begin that it is good for; the empty text for all.
    add column metric_prefix text not null default '';
