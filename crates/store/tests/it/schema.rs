//! The statements, and the schema's version.

use store::{Error, Store, StoreOptions, StoreUrl, migrate};

use crate::fixture::{each, on_sqlite};

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
