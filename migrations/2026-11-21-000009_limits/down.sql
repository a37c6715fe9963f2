drop table auth.rate_limits;
drop table auth.lockouts;
