//! The statements, and the schema's version.

use domain::TokenKind;
use store::search::{self, Comparison, Condition, GroupTerm, Page, Text, UserTerm};
use store::{Error, Store, StoreOptions, StoreUrl, migrate, tokens};

use crate::fixture::{Broken, each, on_sqlite};
use crate::sample::T;

const FOUNDATION: &str = include_str!("../../../../migrations/0001_foundation.sql");
const FACES: &str = include_str!("../../../../migrations/0002_faces.sql");
const CONNECTORS: &str = include_str!("../../../../migrations/0003_connectors.sql");
const FIRST_VERSION: &str = "CREATE TABLE schema_versions (version BIGINT NOT NULL PRIMARY KEY); \
    INSERT INTO schema_versions VALUES (1)";
/// A tombstone, whoever has its name now, and a third; a group with a member; two tokens.
const HELD: &str = "INSERT INTO tenants VALUES (1, 'company', NULL, '{}', 1); \
    INSERT INTO users (tenant_id, id, guid, user_name, name_key, email, full_name, description, state, role, \
    protected, created_ms, state_since_ms) VALUES \
    (1, 1, 'g1', 'ann', 'ann', 'ann@example.com', 'ANNA ÉLODIE', '', 'active', 'admin', FALSE, 1, 1), \
    (1, 2, 'g2', 'bob', 'bob', '', '', '', 'removed', 'none', FALSE, 1, 2), \
    (1, 3, 'g3', 'bob', 'bob', '', '', '', 'deactivated', 'none', FALSE, 3, 3); \
    INSERT INTO groups VALUES (1, 1, 'g', 'Ops', 'ops', '', 1); \
    INSERT INTO members VALUES (1, 1, 3); \
    INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES \
    ('a', 1, 1, 1, 'ci', 'admin', 1), ('b', 1, 2, 3, 'nightly', 'none', 1)";
/// A token of each kind, and all that is written of each.
const HELD_BY_FACES: &str = "INSERT INTO tenants VALUES (1, 'company', NULL, '{}', 1); \
    INSERT INTO users (tenant_id, id, guid, user_name, name_key, email, full_name, description, state, role, \
    protected, created_ms, state_since_ms) VALUES \
    (1, 1, 'g1', 'ann', 'ann', 'Ann@Example.com', 'Ann', '', 'active', 'admin', FALSE, 1, 1), \
    (1, 3, 'g3', 'bob', 'bob', '', '', '', 'deactivated', 'none', FALSE, 1, 3); \
    INSERT INTO groups (tenant_id, id, guid, name, name_key, description, created_ms) \
    VALUES (1, 1, 'g', 'Ops', 'ops', '', 7); \
    INSERT INTO clients VALUES ('c', 1, 1, 'h', 1, 1); \
    INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms, expires_ms, kind, parent_id, client_id, \
    chain_hash, refresh_hash, refresh_until_ms, renewable_until_ms) VALUES \
    ('a', 1, 1, 1, 'ci', 'admin', 11, NULL, 'named', NULL, NULL, NULL, NULL, NULL, NULL), \
    ('b', 1, 2, 3, 'nightly', 'none', 12, 50, 'named', NULL, NULL, NULL, NULL, NULL, NULL), \
    ('c', 1, 3, 1, 'ci', 'operator', 13, 60, 'access', 1, NULL, 'chain', 'refresh', 70, 80), \
    ('d', 1, 4, 1, 'ci', 'auditor', 14, NULL, 'cloud', 1, NULL, NULL, NULL, NULL, NULL), \
    ('e', 1, 5, 1, 'ci', 'admin', 15, 90, 'service', NULL, 'c', NULL, NULL, NULL, NULL)";
/// What becomes of them.
const KEPT: &str = "(hash, id, user_id, name, role, created_ms, COALESCE(expires_ms, 0), kind, \
    COALESCE(parent_id, 0), COALESCE(client_id, ''), COALESCE(chain_hash, ''), COALESCE(refresh_hash, ''), \
    COALESCE(refresh_until_ms, 0), COALESCE(renewable_until_ms, 0)) IN (VALUES \
    ('a', 1, 1, 'ci', 'admin', 11, 0, 'named', 0, '', '', '', 0, 0), \
    ('b', 2, 3, 'nightly', 'none', 12, 50, 'named', 0, '', '', '', 0, 0), \
    ('c', 3, 1, 'ci', 'operator', 13, 60, 'access', 1, '', 'chain', 'refresh', 70, 80), \
    ('d', 4, 1, 'ci', 'auditor', 14, 0, 'cloud', 1, '', '', '', 0, 0), \
    ('e', 5, 1, 'ci', 'admin', 15, 90, 'service', 0, 'c', '', '', 0, 0))";

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
        let rows = || ["tenants", "members"].map(|table| base.raw_rows(table, "1 = 1"));
        let before = rows();
        let users = base.raw_rows("users", "1 = 1");
        assert_eq!(users.len(), 3);
        let store = base.open_again();
        assert_eq!(store.migrate().await.expect("migrates"), (1, migrate::known()));
        store.check_schema().await.expect("fits");
        assert_eq!(rows(), before);
        for (row, before) in base.raw_rows("users", "1 = 1").iter().zip(&users) {
            assert!(row.starts_with(&before[..before.len() - 1]), "{row} was {before}");
        }

        assert_eq!(base.raw_number("SELECT COUNT(*) FROM users WHERE full_name_key = 'anna élodie'"), 1);
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

/// Tokens move to a table of their own making; users and groups learn what they are found by.
#[test]
fn a_store_of_the_third_version_keeps_its_tokens_and_finds_its_users() {
    each(|base| async move {
        drop_everything(&base);
        for sql in [FOUNDATION, FIRST_VERSION, FACES, CONNECTORS].map(|script| script_for(&base, script)) {
            base.raw(&sql).expect(&sql);
        }
        for sql in ["INSERT INTO schema_versions VALUES (2), (3)", HELD_BY_FACES] {
            base.raw(sql).expect(sql);
        }
        let tokens = base.raw_rows("tokens", "1 = 1");
        assert_eq!(tokens.len(), 5);
        let store = base.open_again();
        assert_eq!(store.migrate().await.expect("migrates"), (3, migrate::known()));
        let listed = |base: &crate::fixture::Base| {
            base.raw_number(&format!("SELECT COUNT(*) FROM tokens WHERE {KEPT}"))
        };
        assert_eq!((base.raw_rows("tokens", "1 = 1").len(), listed(&base)), (5, 5));

        let found = store.read(|tx| {
            let ann = Condition::from(UserTerm::Email(Text::StartsWith("Ann@".to_owned())));
            let since = Condition::from(UserTerm::Modified(Comparison::Equal, 3));
            let groups = Condition::from(GroupTerm::Modified(Comparison::Equal, 7));
            Ok::<_, Error>((
                search::find(tx, T, &ann, &Page { limit: 9, ..Page::default() })?,
                search::find(tx, T, &since, &Page { limit: 9, ..Page::default() })?,
                search::find(tx, T, &groups, &Page { limit: 9, ..Page::default() })?,
            ))
        });
        let (ann, since, groups) = found.await.expect("finds");
        assert_eq!(ann.iter().map(|user| user.user_name.as_str()).collect::<Vec<_>>(), ["ann"]);
        assert_eq!(since.iter().map(|user| user.id.0).collect::<Vec<_>>(), [3]);
        assert_eq!(groups.iter().map(|group| group.revision).collect::<Vec<_>>(), [1]);

        let of_kind = |kind: &str, role: &str| {
            format!(
                "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms, kind) \
                 VALUES ('scim', 1, 9, 1, 'idp', '{role}', 1, '{kind}')"
            )
        };
        assert_eq!(base.raw(&of_kind("cloud", "scim")), Err(Broken::Check), "a client's token is named");
        assert_eq!(base.raw(&of_kind("named", "scim")), Ok(()));
        assert_eq!(base.raw("UPDATE tokens SET id = 1 WHERE hash = 'scim'"), Err(Broken::Unique));
        assert_eq!(base.raw("UPDATE tokens SET name = 'ci' WHERE hash = 'scim'"), Err(Broken::Unique));
        assert_eq!(base.raw("UPDATE tokens SET user_id = 99 WHERE hash = 'scim'"), Err(Broken::ForeignKey));
    });
}

/// A released migration as this database runs it.
fn script_for(base: &crate::fixture::Base, script: &str) -> String {
    let of_the_other = |line: &&str| base.is_sqlite() && line.trim_end().ends_with("-- PostgreSQL only");
    script.split_inclusive('\n').filter(|line| !of_the_other(line)).collect()
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
