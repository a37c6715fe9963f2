//! The keys that tokens are signed with, and the hashes of passwords: who sees them, and what changes them.

use diesel::{RunQueryDsl, sql_query};
use jiff::Timestamp;
use tallykeep_database::{
    ServiceRole, as_account, as_operator,
    models::{Account, NewAccount, NewSigningKey, SigningKey},
};
use tallykeep_domain::AccountId;
use tallykeep_test_support::TestDatabase;

#[test]
fn signing_keys_are_seen_and_made_for_the_whole_installation_only() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    let key = || NewSigningKey {
        id: "one",
        private_key: "sealed",
        signs_from: Timestamp::now(),
        algorithm: "EdDSA",
    };
    as_operator(connection, |connection| key().insert(connection)).unwrap();
    let seen = |keys: Vec<SigningKey>| keys.len();
    assert_eq!(SigningKey::all(connection).map(seen), Ok(0));
    assert_eq!(as_account(connection, AccountId::generate(), SigningKey::all).map(seen), Ok(0));
    assert_eq!(as_operator(connection, SigningKey::all).map(seen), Ok(1));
    let refused = NewSigningKey { id: "two", ..key() }.insert(connection).unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
    let other = "update auth.signing_keys set signs_from = now()";
    let refused = as_operator(connection, |connection| sql_query(other).execute(connection)).unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
}

#[test]
fn a_private_key_is_sealed_anew_only_where_the_old_text_still_stands() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    let texts = as_operator(connection, |connection| {
        let key = NewSigningKey {
            id: "one",
            private_key: "first",
            signs_from: Timestamp::now(),
            algorithm: "EdDSA",
        };
        key.insert(connection)?;
        assert_eq!(SigningKey::reseal(connection, "one", "another", "second"), Ok(0));
        assert_eq!(SigningKey::reseal(connection, "one", "first", "second"), Ok(1));
        SigningKey::sealed(connection)
    })
    .unwrap();
    assert_eq!((texts[0].row.as_str(), texts[0].text.as_str()), ("one", "second"));
}

#[test]
fn a_password_that_was_changed_in_the_meantime_stays_changed() {
    let database = TestDatabase::new();
    let connection = &mut database.connect(ServiceRole::Auth);
    let id = AccountId::generate();
    let hash = as_account(connection, id, |connection| {
        let account = NewAccount {
            id: id.as_uuid(),
            email: "ada@example.org",
            password_hash: "changed,keyid=new$",
            role: "member",
            time_zone: "UTC",
            has_password: true,
        };
        account.insert(connection)?;
        assert_eq!(Account::replace_password_hash(connection, id, "before", "renewed"), Ok(false));
        Account::find(connection, id)
    });
    assert_eq!(hash.unwrap().unwrap().password_hash, "changed,keyid=new$");
    let count = |connection: &mut _, mark: &str| {
        as_operator(connection, |connection| Account::count_hashed_without(connection, mark))
    };
    assert_eq!((count(connection, ",keyid=new$"), count(connection, ",keyid=old$")), (Ok(0), Ok(1)));
}
