//! A backup is a whole store, taken while others write.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::UserId;
use store::{Error, Store, StoreUrl, users};

use crate::fixture::{on_postgres, on_sqlite, options};
use crate::sample::{T, asset, of, user};

/// Each write adds a user with an asset, so that a torn copy would show.
#[test]
fn a_backup_is_one_moment_of_a_busy_store() {
    on_sqlite(|base| async move {
        base.company(T, 1).await;
        let folder = tempfile::tempdir().expect("a folder");
        let done = Arc::new(AtomicBool::new(false));
        let writer = {
            let (store, done) = (Arc::clone(&base.store), Arc::clone(&done));
            tokio::spawn(async move {
                let mut id = 1;
                while !done.load(Ordering::Acquire) {
                    id += 1;
                    let added: store::Result<()> = store
                        .write(move |tx| {
                            users::insert(tx, T, &user(id), None)?;
                            store::assets::insert(tx, T, &asset(id, "alert", of(id)))
                        })
                        .await;
                    added.expect("adds");
                }
                id
            })
        };
        let mut sizes = Vec::new();
        for number in 0..5 {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            let target = folder.path().join(format!("copy{number}.db"));
            base.store.backup(&target).await.expect("copies");
            sizes.push(check(&target));
            let again = base.store.backup(&target).await;
            assert!(matches!(again, Err(Error::Backend(_))), "an existing file is left alone: {again:?}");
        }
        done.store(true, Ordering::Release);
        let last = writer.await.expect("writes");
        assert!(sizes.is_sorted() && sizes[0] > 0 && sizes[4] < last, "{sizes:?} of {last}");

        let restored = StoreUrl::Sqlite(folder.path().join("copy4.db"));
        let restored = tokio::task::block_in_place(|| Store::open(&restored, &options())).expect("opens");
        restored.check_schema().await.expect("fits");
        let next = sizes[4] + 2;
        let goes_on: store::Result<()> =
            restored.write(move |tx| users::insert(tx, T, &user(next), None)).await;
        goes_on.expect("takes writes");
        let newest: store::Result<_> = restored.read(|tx| users::by_id(tx, T, UserId(next))).await;
        assert_eq!(newest.expect("reads"), Some(user(next)));
    });
}

#[test]
fn nobody_else_may_read_a_store_or_its_copy() {
    on_sqlite(|base| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let url = StoreUrl::Sqlite(folder.path().join("exeunt.db"));
        let store = tokio::task::block_in_place(|| Store::open(&url, &options())).expect("opens");
        store.migrate().await.expect("a schema");
        store.backup(&folder.path().join("copy.db")).await.expect("copies");
        for name in ["exeunt.db", "exeunt.db-wal", "copy.db"] {
            let file = std::fs::metadata(folder.path().join(name)).expect("a file");
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
        drop(base);
    });
}

/// Users with an asset, in a copy that is whole.
fn check(copy: &std::path::Path) -> i64 {
    let copy = rusqlite::Connection::open(copy).expect("opens");
    let ask = |sql| copy.query_row(sql, [], |row| row.get::<_, String>(0));
    assert_eq!(ask("PRAGMA integrity_check").as_deref(), Ok("ok"));
    assert_eq!(ask("PRAGMA foreign_key_check"), Err(rusqlite::Error::QueryReturnedNoRows));
    let count = |sql| copy.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("counts");
    let assets = count("SELECT COUNT(*) FROM assets");
    assert_eq!(count("SELECT COUNT(*) FROM users"), assets + 1);
    assets
}

#[test]
fn a_backup_that_cannot_be_leaves_nothing() {
    on_sqlite(|base| async move {
        let nowhere = base.store.backup(std::path::Path::new("/no/such/folder/copy.db")).await;
        assert!(matches!(nowhere, Err(Error::Backend(_))), "{nowhere:?}");
    });
    on_postgres(|base| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("copy.db");
        let refused = base.store.backup(&target).await.expect_err("has tools of its own");
        assert!(refused.to_string().contains("pg_dump"), "{refused}");
        assert!(!target.exists());
    });
}
