alter table auth.api_keys drop column metric_prefix, drop column expires_at;
