drop trigger told on auth.api_keys;
drop trigger told on auth.sessions;
drop trigger told_of_end on auth.api_keys;
drop trigger told_of_end on auth.sessions;
drop trigger told on auth.group_members;
drop trigger told on auth.accounts;
drop table auth.access_rules;
drop function auth.tell_of_change();
