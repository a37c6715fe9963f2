//! `schema.rs` says what the database holds.

use std::collections::BTreeMap;

use tallykeep_test_support::TestDatabase;

use crate::lines;

const SCHEMA: [&str; 2] =
    [include_str!("../../src/schema/auth.rs"), include_str!("../../src/schema/metrics.rs")];

/// Every table with its key and its columns in order, in the words of Diesel.
const CATALOGUE: &str = "
    select format('%s.%s (%s)', n.nspname, t.relname, (
        select string_agg(attname, ', ' order by array_position(conkey, attnum))
        from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any (conkey)
        where conrelid = t.oid and contype = 'p')) as line, t.oid::bigint, 0 as at
    from pg_class as t join pg_namespace as n on n.oid = relnamespace
    where relkind in ('r', 'p') and nspname in ('auth', 'metrics')
    union all select format(case is_nullable when 'YES' then '%s -> Nullable<%s>' else '%s -> %s' end, column_name,
            case data_type when 'ARRAY' then format('Array<%s>', type) else type end),
        format('%I.%I', table_schema, table_name)::regclass::oid::bigint, ordinal_position
    from information_schema.columns, lateral (select case ltrim(udt_name, '_')
        when 'uuid' then 'Uuid' when 'text' then 'Text' when 'bool' then 'Bool' when 'date' then 'Date'
        when 'timestamptz' then 'Timestamptz' when 'bytea' then 'Bytea' when 'jsonb' then 'Jsonb'
        when 'int8' then 'BigInt' when 'int4' then 'Integer' when 'int2' then 'SmallInt'
        when 'float8' then 'Double' else udt_name end) as known (type)
    where table_schema in ('auth', 'metrics')
    order by 2, 3";

type Tables = BTreeMap<String, Vec<String>>;

/// Reads lines in which the head of a table comes before its columns.
fn tables(lines: impl IntoIterator<Item = String>) -> Tables {
    let mut tables = Tables::new();
    let mut head = String::new();
    for line in lines {
        if line.contains(" -> ") {
            tables.entry(head.clone()).or_default().push(line);
        } else {
            head = line;
        }
    }
    tables
}

fn declared() -> Tables {
    let lines = SCHEMA.iter().flat_map(|part| part.lines()).map(str::trim);
    let told = lines.filter_map(|line| {
        let head = line.strip_suffix(" {").filter(|head| head.ends_with(')') && head.contains('.'));
        head.or_else(|| line.strip_suffix(',').filter(|column| column.contains(" -> "))).map(str::to_owned)
    });
    tables(told)
}

#[test]
fn schema_rs_declares_every_table_and_column_as_it_is() {
    let database = TestDatabase::new();
    let actual = tables(lines(&mut database.connect_as_superuser(), CATALOGUE));
    assert!(actual.contains_key("metrics.segments (account_id, id)"), "{actual:?}");
    assert_eq!(declared(), actual);
}
