alter policy presented on auth.sessions
    using (token_hash = decode((select public.presented_credential()), 'hex'));
alter table auth.sessions
    drop column token_used_at,
    drop column rotated_at,
    drop column previous_token_hash,
    drop column first_token_hash,
    drop column authenticated_at,
    drop column last_used_at,
    drop column address;
