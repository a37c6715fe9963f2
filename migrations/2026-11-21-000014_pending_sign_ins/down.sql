drop table auth.pending_sign_ins;
