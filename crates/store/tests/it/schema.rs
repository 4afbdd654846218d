//! The statements, and the schema's version.

use domain::TokenKind;
use store::{Error, Store, StoreOptions, StoreUrl, migrate, tokens};

use crate::fixture::{Broken, each, on_sqlite};
use crate::sample::T;

const FOUNDATION: &str = include_str!("../../../../migrations/0001_foundation.sql");
const FIRST_VERSION: &str = "CREATE TABLE schema_versions (version BIGINT NOT NULL PRIMARY KEY); \
    INSERT INTO schema_versions VALUES (1)";
/// A tombstone, whoever has its name now, and a third; a group with a member; two tokens.
const HELD: &str = "INSERT INTO tenants VALUES (1, 'company', NULL, '{}', 1); \
    INSERT INTO users (tenant_id, id, guid, user_name, name_key, email, full_name, description, state, role, \
    protected, created_ms, state_since_ms) VALUES \
    (1, 1, 'g1', 'ann', 'ann', 'ann@example.com', 'Ann', '', 'active', 'admin', FALSE, 1, 1), \
    (1, 2, 'g2', 'bob', 'bob', '', '', '', 'removed', 'none', FALSE, 1, 2), \
    (1, 3, 'g3', 'bob', 'bob', '', '', '', 'deactivated', 'none', FALSE, 3, 3); \
    INSERT INTO groups VALUES (1, 1, 'g', 'Ops', 'ops', '', 1); \
    INSERT INTO members VALUES (1, 1, 3); \
    INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES \
    ('a', 1, 1, 1, 'ci', 'admin', 1), ('b', 1, 2, 3, 'nightly', 'none', 1)";

#[test]
fn every_statement_prepares() {
    each(|base| async move {
        let statements = store::statements();
        assert!(statements.len() > 80, "{} statements", statements.len());
        for sql in statements {
            let prepared = base.read(|tx| tx.prepare(sql)).await;
            assert!(prepared.is_ok(), "{sql}: {prepared:?}");
        }
    });
}

#[test]
fn migrating_again_changes_nothing() {
    each(|base| async move {
        let known = migrate::known();
        assert_eq!(base.store.migrate().await.expect("migrates"), (known, known));
        base.store.check_schema().await.expect("fits");
    });
}

#[test]
fn programs_that_migrate_at_once_take_turns() {
    each(|base| async move {
        drop_everything(&base);
        let known = migrate::known();
        let (one, two) = (base.open_again(), base.open_again());
        let programs = [one, two].map(|store| tokio::spawn(async move { store.migrate().await }));
        let mut outcomes = Vec::new();
        for program in programs {
            outcomes.push(program.await.expect("answers").expect("migrates"));
        }
        outcomes.sort_unstable();
        assert_eq!(outcomes, [(0, known), (known, known)]);
    });
}

#[test]
fn a_store_without_a_schema_asks_for_migrate() {
    each(|base| async move {
        drop_everything(&base);
        let refused = base.open_again().check_schema().await.expect_err("refused");
        assert!(refused.to_string().contains("run exeunt migrate"), "{refused}");
    });
}

#[test]
fn another_version_is_refused() {
    each(|base| async move {
        base.raw("DELETE FROM schema_versions").expect("an older store");
        let older = base.store.check_schema().await.expect_err("refused");
        assert!(older.to_string().contains("run exeunt migrate"), "{older}");

        base.raw("INSERT INTO schema_versions VALUES (99)").expect("a newer store");
        for refused in [base.store.check_schema().await, base.store.migrate().await.map(|_| ())] {
            assert!(matches!(refused, Err(Error::SchemaTooNew { found: 99, .. })), "{refused:?}");
        }
    });
}

#[test]
fn what_cannot_be_opened_says_why() {
    on_sqlite(|base| async move {
        drop(base);
        let open = |url: &str| {
            let url: StoreUrl = url.parse().expect("a URL");
            tokio::task::block_in_place(|| Store::open(&url, &StoreOptions::default())).map(|_| ())
        };
        assert!(open("sqlite:/no/such/folder/exeunt.db").is_err());
        let nobody_listens = open("postgres://nobody@127.0.0.1:9/none");
        assert!(matches!(nobody_listens, Err(Error::OutOfService(_))), "{nobody_listens:?}");
    });
}

/// What a store of the first version holds is there afterwards, under the rules of the second.
#[test]
fn a_store_of_the_first_version_keeps_what_it_holds() {
    each(|base| async move {
        drop_everything(&base);
        for sql in [FOUNDATION, FIRST_VERSION, HELD] {
            base.raw(sql).expect(sql);
        }
        let rows = || ["tenants", "users", "members"].map(|table| base.raw_rows(table, "1 = 1"));
        let before = rows();
        let store = base.open_again();
        assert_eq!(store.migrate().await.expect("migrates"), (1, migrate::known()));
        store.check_schema().await.expect("fits");
        for (before, after) in before.iter().flatten().zip(rows().iter().flatten()) {
            // Later versions add columns at the end of a row.
            assert!(after.starts_with(&before[..before.len() - 1]), "{before} became {after}");
        }

        let named = store.read(|tx| tokens::list(tx, T, 0, 10)).await.expect("tokens");
        let kinds: Vec<_> = named.iter().map(|token| (token.name.as_str(), token.kind)).collect();
        assert_eq!(kinds, [("ci", TokenKind::Named), ("nightly", TokenKind::Named)]);
        assert_eq!(base.raw_number("SELECT COUNT(*) FROM groups WHERE external_id IS NULL"), 1);

        // A name is one token's still, but only among those that are named.
        let token = |id, kind, user| {
            format!(
                "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms, kind) \
                 VALUES ('h{id}', 1, {id}, {user}, 'ci', 'none', 1, '{kind}')"
            )
        };
        assert_eq!(base.raw(&token(3, "named", 1)), Err(Broken::Unique));
        assert_eq!(base.raw(&token(4, "cloud", 1)), Ok(()));
        assert_eq!(base.raw(&token(5, "cloud", 1)), Err(Broken::Unique));
        assert_eq!(base.raw("INSERT INTO group_admins VALUES (1, 1, 3)"), Ok(()));
        assert_eq!(base.raw("INSERT INTO group_admins VALUES (1, 1, 9)"), Err(Broken::ForeignKey));
    });
}

/// As if nobody had ever migrated.
fn drop_everything(base: &crate::fixture::Base) {
    if base.is_sqlite() {
        base.raw(
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_master; PRAGMA writable_schema = OFF; VACUUM",
        )
        .expect("an empty store");
    } else {
        base.raw("DROP SCHEMA public CASCADE; CREATE SCHEMA public").expect("an empty store");
    }
}
