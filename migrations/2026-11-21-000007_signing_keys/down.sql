drop table auth.signing_keys;
