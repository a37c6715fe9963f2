drop trigger time_zone_noted on auth.accounts;
drop function auth.note_time_zone();
alter table auth.accounts drop column time_zone_set_at;
