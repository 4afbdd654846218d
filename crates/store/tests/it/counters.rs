//! Numbers, nodes and tenants.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{Policy, TenantId};
use store::numbers::{self, Series};
use store::tenants::{self, Tenant};
use store::{Error, nodes};

use crate::fixture::each;
use crate::sample::{OTHER, T};

#[test]
fn a_number_is_handed_out_once() {
    each(|base| async move {
        let takers: Vec<_> = (1..=30_i64)
            .map(|count| {
                let store = Arc::clone(&base.store);
                tokio::spawn(async move {
                    let taken: store::Result<i64> =
                        store.write(move |tx| numbers::take(tx, T, Series::Assets, count)).await;
                    let first = taken.expect("takes");
                    first..first + count
                })
            })
            .collect();
        let mut all = BTreeSet::new();
        let mut count = 0;
        for taker in takers {
            for number in taker.await.expect("takes") {
                count += 1;
                all.insert(number);
            }
        }
        assert_eq!((count, all.len(), all.first(), all.last()), (465, 465, Some(&1), Some(&465)));
    });
}

#[test]
fn series_are_apart_and_only_go_up() {
    each(|base| async move {
        base.write(|tx| {
            assert_eq!(numbers::take(tx, T, Series::Users, 5)?, 1);
            assert_eq!(numbers::take(tx, T, Series::Groups, 1)?, 1);
            assert_eq!(numbers::take(tx, OTHER, Series::Users, 1)?, 1);
            numbers::raise(tx, T, Series::Users, 22)?;
            numbers::raise(tx, T, Series::Users, 7)?;
            assert_eq!(numbers::take(tx, T, Series::Users, 1)?, 23);
            numbers::raise(tx, T, Series::Tokens, 4)?;
            assert_eq!(numbers::take(tx, T, Series::Tokens, 1)?, 5);
            assert_eq!(numbers::take(tx, T, Series::Platforms, 1)?, 1);
            assert_eq!(numbers::take(tx, OTHER, Series::Platforms, 1)?, 2, "one series for the whole store");
            Ok(())
        })
        .await
        .expect("takes");
    });
}

#[test]
fn nodes_come_and_go() {
    each(|base| async move {
        base.write(|tx| {
            for (name, now_ms) in [("b", 10), ("a", 20), ("c", 5), ("b", 30)] {
                nodes::seen(tx, name, now_ms)?;
            }
            assert_eq!(nodes::alive(tx, 20)?, ["a", "b"]);
            nodes::forget(tx, "a", 6)?;
            assert_eq!(nodes::alive(tx, 0)?, ["b"]);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn tenants_are_found_by_name_host_and_id() {
    each(|base| async move {
        base.company(T, 0).await;
        base.company(OTHER, 0).await;
        base.write(|tx| {
            let policy = Policy { grace_ms: 7, ..Policy::default() };
            tenants::set_policy(tx, OTHER, &policy)?;
            let (name, host) = ("tenant2".to_owned(), Some("tenant2.example.com".to_owned()));
            let expected = Some(Tenant { id: OTHER, name, host, policy });
            assert_eq!(tenants::by_id(tx, OTHER)?, expected);
            assert_eq!(tenants::by_name(tx, "tenant2")?, expected);
            assert_eq!(tenants::by_host(tx, "tenant2.example.com")?, expected);
            assert_eq!(tenants::by_host(tx, "elsewhere")?, None);
            assert_eq!(tenants::list(tx, T, 9)?, expected.as_slice());
            tenants::lock(tx, T)
        })
        .await
        .expect("reads and writes");
        let unknown = base.write(|tx| tenants::lock(tx, TenantId(9))).await;
        assert!(matches!(unknown, Err(Error::Inconsistent(_))), "{unknown:?}");
    });
}
