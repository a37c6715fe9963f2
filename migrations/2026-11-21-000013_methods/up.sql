-- How the person of a session proved who they are, in the words of RFC 8176 with spaces between. Those from before this
-- were opened with a password; there was nothing else.
alter table auth.sessions add column methods text not null default 'pwd';
