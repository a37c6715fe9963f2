alter table auth.api_keys drop column planned_end, drop column replaced_at;
