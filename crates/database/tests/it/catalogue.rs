//! What every table must have, read from the catalogue: a table that is added later is held to it too.

use diesel::{RunQueryDsl, sql_query};
use tallykeep_database::ServiceRole;
use tallykeep_test_support::TestDatabase;

use crate::lines;

/// Rows of `pg_class` that are tables of ours, as `t`.
const TABLES: &str = "pg_class as t where t.relkind in ('r', 'p')
    and t.relnamespace::regnamespace::text in ('auth', 'metrics')";
const ROLES: &str =
    "(values ('tallykeep_auth'), ('tallykeep_ingest'), ('tallykeep_query'), ('tallykeep_worker'))
    as roles (role)";

/// Fails with what `sql` finds.
#[track_caller]
fn assert_none(sql: &str) {
    let database = TestDatabase::new();
    assert_eq!(lines(&mut database.connect_as_superuser(), sql), [""; 0]);
}

#[test]
fn every_table_that_belongs_to_an_account_has_row_security_enabled_and_forced_and_a_policy() {
    let database = TestDatabase::new();
    let found = lines(
        &mut database.connect_as_superuser(),
        &format!(
            "select t.oid::regclass::text as line from {TABLES}
                and not (t.relrowsecurity and t.relforcerowsecurity
                    and exists (select from pg_policy where polrelid = t.oid))
            order by 1"
        ),
    );
    // One row without an account, which has to be seen before there is any; and addresses of clients.
    assert_eq!(found, ["auth.installation", "auth.rate_limits"]);
}

#[test]
fn every_table_with_an_account_has_the_policy_that_compares_it() {
    assert_none(&format!(
        "select t.oid::regclass::text as line from {TABLES}
            and exists (select from pg_attribute where attrelid = t.oid and attname = 'account_id')
            and not exists (select from pg_policy where polrelid = t.oid and polpermissive and polcmd in ('*', 'r')
                and pg_get_expr(polqual, polrelid) like '%account_id = ( SELECT%current_account()%')"
    ));
}

#[test]
fn every_foreign_key_has_an_index_that_begins_with_it() {
    assert_none(
        "select format('%s %s', conrelid::regclass, conname) as line from pg_constraint
        where contype = 'f' and connamespace::regnamespace::text in ('auth', 'metrics')
            and not exists (select from pg_index where indrelid = conrelid and indpred is null
                and (indkey::smallint[])[0:cardinality(conkey) - 1] @> conkey)",
    );
}

#[test]
fn every_time_has_a_time_zone() {
    assert_none(
        "select format('%s.%s %s', table_name, column_name, data_type) as line from information_schema.columns
        where table_schema in ('auth', 'metrics') and data_type like 'time%'
            and data_type <> 'timestamp with time zone'",
    );
}

#[test]
fn every_unique_index_of_the_schema_metrics_leads_with_the_account() {
    assert_none(
        "select indexrelid::regclass::text as line from pg_index
        join pg_class as t on t.oid = indrelid and t.relnamespace = 'metrics'::regnamespace
        where indisunique and not exists (select from pg_attribute
            where attrelid = indrelid and attnum = indkey[0] and attname = 'account_id')",
    );
}

#[test]
fn every_foreign_key_of_the_schema_metrics_leads_with_the_account() {
    assert_none(
        "select format('%s %s', conrelid::regclass, conname) as line from pg_constraint
        where contype = 'f' and connamespace = 'metrics'::regnamespace and not exists (select from pg_attribute
            where attrelid = conrelid and attnum = conkey[1] and attname = 'account_id')",
    );
}

#[test]
fn no_role_of_a_service_is_more_than_it_must_be() {
    let database = TestDatabase::new();
    let connection = &mut database.connect_as_superuser();
    let may = format!(
        "select format('%s %s %s %s %s %s %s %s', rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole,
            rolcreatedb, rolreplication, rolinherit) as line
        from pg_roles join {ROLES} on role = rolname order by 1"
    );
    let expected = ServiceRole::ALL.map(|role| format!("{} t f f f f f f", role.name()));
    assert_eq!(lines(connection, &may), expected);
    let owned_or_joined = format!(
        "select format('%s owns %s %s', role, classid::regclass, objid) as line from pg_shdepend, {ROLES}
            where deptype = 'o' and refobjid = role::regrole
        union all select format('%s is a member of %s', role, roleid::regrole) from pg_auth_members, {ROLES}
            where member = role::regrole"
    );
    assert_eq!(lines(connection, &owned_or_joined), [""; 0]);
}

#[test]
fn no_service_has_a_right_in_the_schema_of_another() {
    let database = TestDatabase::new();
    let connection = &mut database.connect_as_superuser();
    let others =
        format!("{ROLES} where (role = 'tallykeep_auth') <> (t.relnamespace::regnamespace::text = 'auth')");
    let tables = format!(
        "select format('%s %s', role, t.oid::regclass) as line from ({}) as t, {others} and (
            has_any_column_privilege(role, t.oid, 'select, insert, update, references')
            or has_table_privilege(role, t.oid, 'delete, truncate, trigger')
            or has_schema_privilege(role, t.relnamespace, 'usage, create'))",
        format_args!("select t.* from {TABLES}")
    );
    assert_eq!(lines(connection, &tables), [""; 0]);
}

#[test]
fn the_query_service_can_change_nothing() {
    assert_none(&format!(
        "select t.oid::regclass::text as line from {TABLES} and (
            has_any_column_privilege('tallykeep_query', t.oid, 'insert, update, references')
            or has_table_privilege('tallykeep_query', t.oid, 'delete, truncate, trigger'))"
    ));
}

#[test]
fn the_worker_can_change_nothing_that_people_define() {
    assert_none(&format!(
        "select t.oid::regclass::text as line from {TABLES}
            and t.relname in ('metrics', 'series', 'entries', 'entry_values', 'erased_accounts') and (
            has_any_column_privilege('tallykeep_worker', t.oid, 'insert, update, references')
            or has_table_privilege('tallykeep_worker', t.oid, 'delete, truncate, trigger'))"
    ));
}

#[test]
fn of_the_schema_metrics_the_worker_alone_sees_the_rows_of_all_accounts() {
    assert_none(
        "select format('%s %s', tablename, policyname) as line from pg_policies
        where schemaname = 'metrics' and concat(qual, with_check) like '%acts_as_operator()%'
            and (roles <> '{tallykeep_worker}' or cmd <> 'SELECT')",
    );
}

#[test]
fn no_service_may_create_anything_in_a_schema() {
    assert_none(&format!(
        "select format('%s %s', role, nspname) as line from pg_namespace, {ROLES}
        where nspname in ('auth', 'metrics', 'public') and has_schema_privilege(role, oid, 'create')"
    ));
}

#[test]
fn the_public_has_no_right() {
    assert_none(
        "select format('schema %s', nspname) as line from pg_namespace, aclexplode(nspacl)
            where nspname in ('auth', 'metrics', 'public') and grantee = 0
        union all select format('table %s', t.oid::regclass) from pg_class as t, aclexplode(t.relacl)
            where t.relnamespace::regnamespace::text in ('auth', 'metrics', 'public') and grantee = 0
        union all select format('default of %s', defaclrole::regrole) from pg_default_acl, aclexplode(defaclacl)
            where grantee = 0"
    );
}

#[test]
fn a_service_that_looks_into_the_schema_of_another_is_refused() {
    let database = TestDatabase::new();
    for (role, table) in [
        (ServiceRole::Ingest, "auth.accounts"),
        (ServiceRole::Query, "auth.sessions"),
        (ServiceRole::Worker, "auth.accounts"),
        (ServiceRole::Auth, "metrics.segments"),
    ] {
        let error =
            sql_query(format!("select * from {table}")).execute(&mut database.connect(role)).unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{table}: {error}");
    }
}
