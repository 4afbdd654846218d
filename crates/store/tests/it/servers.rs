//! What only a server has: TLS, and connections that break.

use std::path::PathBuf;
use std::sync::Arc;

use domain::UserId;
use store::{Error, Store, StoreOptions, StoreUrl, users};

use crate::fixture::{Base, authority, linger, on_postgres};
use crate::sample::{T, user};

fn open(base: &Base, ca_file: Option<PathBuf>) -> store::Result<Store> {
    let StoreUrl::Postgres(url) = &base.url else { panic!("PostgreSQL") };
    let url = StoreUrl::Postgres(format!("{url}?sslmode=require"));
    tokio::task::block_in_place(|| Store::open(&url, &StoreOptions { connections: 2, ca_file }))
}

#[test]
fn tls_is_verified() {
    on_postgres(|base| async move {
        open(&base, Some(authority())).expect("trusted").check_schema().await.expect("reads");

        let folder = tempfile::tempdir().expect("a folder");
        let stranger = folder.path().join("stranger.pem");
        let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        std::fs::write(&stranger, own.cert.pem()).expect("writes");
        let refused = open(&base, Some(stranger)).map(|_| ()).expect_err("another authority");
        assert!(matches!(&refused, Error::OutOfService(text) if text.contains("certificate")), "{refused:?}");

        let missing = open(&base, Some(folder.path().join("none.pem"))).map(|_| ());
        assert!(matches!(missing, Err(Error::Backend(_))), "{missing:?}");
    });
}

/// The server ends every connection; those that were idle must not fail one request each.
#[test]
fn broken_connections_are_replaced() {
    on_postgres(|base| async move {
        base.company(T, 1).await;
        let reads: Vec<_> = (0..6)
            .map(|_| {
                let store = Arc::clone(&base.store);
                tokio::spawn(async move {
                    let read: store::Result<()> = store
                        .read(|tx| {
                            linger(50);
                            users::by_id(tx, T, UserId(1)).map(|_| ())
                        })
                        .await;
                    read.expect("reads");
                })
            })
            .collect();
        for read in reads {
            read.await.expect("reads");
        }
        base.raw(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .expect("ends them");
        let mut failures = 0;
        for _ in 0..10 {
            match base.read(|tx| users::by_id(tx, T, UserId(1))).await {
                Ok(found) => assert_eq!(found, Some(user(1))),
                Err(Error::OutOfService(_)) => failures += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(failures <= 1, "{failures} of 10 failed");
    });
}

#[test]
fn a_store_may_be_dropped_on_an_async_thread() {
    on_postgres(|base| async move {
        tokio::spawn(async move { drop(base) }).await.expect("no panic");
    });
}
