alter table auth.api_keys
    -- When another key took its place; null where none has. Its end is that of the overlap from then on.
    add column replaced_at timestamptz,
    -- When it would have ended by itself if it had not been replaced; null for never. Means nothing before.
    add column planned_end timestamptz;
