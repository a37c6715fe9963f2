drop policy operated on auth.invitations;
drop policy operated on auth.api_keys;
drop policy operated on auth.sessions;
drop policy operated on auth.accounts;
drop function auth.forget_audit_events(integer);
drop table auth.audit_events;
drop function public.acts_as_operator();
