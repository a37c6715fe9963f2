//! Bringing databases up to date.

use std::{sync::Barrier, thread};

use diesel::{PgConnection, migration::MigrationSource, pg::Pg};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tallykeep_database::{MigrationError, migrate};
use tallykeep_test_support::TestDatabase;

use crate::{execute, lines};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Everything in the catalogue that a migration may make, one thing a line. The rights that an owner has by itself are
/// written out where somebody else ever had one, so they are here.
const DESCRIPTION: &str = "
    select format('schema %s %s', nspname, nspacl) as line
        from pg_namespace where nspname in ('auth', 'metrics', 'public')
    union all select format('table %s %s %s %s', oid::regclass,
            coalesce(relacl, case relkind when 'S' then acldefault('s', relowner) else acldefault('r', relowner) end),
            relrowsecurity, relforcerowsecurity)
        from pg_class where relnamespace::regnamespace::text in ('auth', 'metrics')
    union all select format('column %s.%s.%s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable,
            column_default)
        from information_schema.columns where table_schema in ('auth', 'metrics')
    union all select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid))
        from pg_constraint where connamespace::regnamespace::text in ('auth', 'metrics')
    union all select indexdef from pg_indexes where schemaname in ('auth', 'metrics')
    union all select format('policy %s', policies) from pg_policies as policies
    union all select format('function %s %s', oid::regprocedure, proacl)
        from pg_proc where pronamespace::regnamespace::text in ('auth', 'metrics', 'public')
    order by 1";

fn count() -> usize {
    MigrationSource::<Pg>::migrations(&MIGRATIONS).unwrap().len()
}

fn describe(connection: &mut PgConnection) -> Vec<String> {
    lines(connection, DESCRIPTION)
}

#[test]
fn an_empty_database_is_brought_up_to_date_and_then_left_as_it_is() {
    let database = TestDatabase::empty();
    let mut connection = database.connect_as_superuser();
    assert_eq!(migrate(&mut connection).unwrap(), count());
    let first = describe(&mut connection);
    assert_eq!(migrate(&mut connection).unwrap(), 0);
    assert_eq!(describe(&mut connection), first);
}

#[test]
fn eight_at_once_apply_each_migration_once() {
    let database = TestDatabase::empty();
    let ready = Barrier::new(8);
    let applied: usize = thread::scope(|scope| {
        let migrate = || {
            let mut connection = database.connect_as_superuser();
            ready.wait();
            migrate(&mut connection).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(applied, count());
}

#[test]
fn a_schema_newer_than_this_release_is_refused_and_left_as_it_is() {
    let database = TestDatabase::new();
    let mut connection = database.connect_as_superuser();
    execute(&mut connection, "insert into __diesel_schema_migrations (version) values ('29990101000000')");
    let before = describe(&mut connection);
    let error = migrate(&mut connection).unwrap_err();
    assert!(matches!(&error, MigrationError::Newer(versions) if versions == "29990101000000"), "{error}");
    assert_eq!(describe(&mut connection), before);
}

#[test]
fn after_a_refusal_the_lock_is_free_again() {
    let database = TestDatabase::new();
    let mut connection = database.connect_as_superuser();
    execute(&mut connection, "insert into __diesel_schema_migrations (version) values ('29990101000000')");
    migrate(&mut connection).unwrap_err();
    let held = lines(
        &mut connection,
        "select pid::text as line from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())",
    );
    assert_eq!(held, [""; 0]);
}

#[test]
fn every_migration_can_be_taken_back_and_applied_again() {
    let database = TestDatabase::empty();
    let mut connection = database.connect_as_superuser();
    for _ in 0..count() {
        let before = describe(&mut connection);
        let version = connection.run_next_migration(MIGRATIONS).unwrap().as_owned();
        let after = describe(&mut connection);
        assert_ne!(after, before, "{version} does nothing");
        connection.revert_last_migration(MIGRATIONS).unwrap();
        assert_eq!(describe(&mut connection), before, "down.sql of {version} leaves something behind");
        connection.run_next_migration(MIGRATIONS).unwrap();
        assert_eq!(describe(&mut connection), after, "{version} differs the second time");
    }
}
