-- Writes a segment for `account`, and acts for it until the transaction ends, in one statement: to begin, to say for whom,
-- to insert and to commit are four round trips, which is what a commit of a few samples takes its time for. It has the
-- rights of who calls it, and is held to the policies of the table. Answers the number of the segment.
create function metrics.append_segment(
    account uuid, earliest timestamptz, latest timestamptz, samples integer, format smallint, data bytea
) returns bigint
    language plpgsql set search_path = '' as $$
    declare number bigint;
    begin
        perform pg_catalog.set_config('tallykeep.account', account::text, true);
        insert into metrics.segments (account_id, earliest, latest, samples, format, data)
            values (account, earliest, latest, samples, format, data)
            returning id into number;
        return number;
    end;
$$;
revoke execute on function metrics.append_segment from public;
grant execute on function metrics.append_segment to tallykeep_ingest;
