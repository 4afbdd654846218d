//! The log: dense numbers per tenant, whoever writes and whoever seals.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Fact, TenantId, UserId};
use serde_json::json;
use store::log::{self, Filter, NewEntry};
use store::{Store, Tx};

use crate::fixture::each;
use crate::sample::{OTHER, T, offboarding_id};

fn append(tx: &mut Tx<'_>, tenant: TenantId, number: i64, fact: &Fact) -> store::Result<()> {
    let id = format!("01930000-0000-7000-{:04x}-{number:012x}", tenant.0);
    log::append(tx, &NewEntry { id, tenant, at_ms: number, actor: "admin", fact })
}

#[test]
fn entries_are_read_in_the_order_of_their_numbers() {
    each(|base| async move {
        base.write(|tx| {
            assert!(!log::any_unsealed(tx)?);
            for number in [3, 1, 2] {
                let fact = Fact::new("user.cut", json!({ "n": number })).on(UserId(number % 2));
                append(tx, T, number, &fact.of(&offboarding_id(number % 3)))?;
            }
            append(tx, OTHER, 1, &Fact::bare("tenant.made"))?;
            assert!(log::any_unsealed(tx)?);
            assert_eq!((log::head(tx, T)?, log::after(tx, T, &Filter::All, 0, 9)?.len()), (0, 0));
            assert_eq!(log::seal(tx)?, 4);
            assert_eq!(log::seal(tx)?, 0);
            assert!(!log::any_unsealed(tx)?);
            assert_eq!((log::head(tx, T)?, log::head(tx, OTHER)?), (3, 1));
            let mut seqs = |filter: Filter, after| {
                let found = log::after(tx, T, &filter, after, 2).expect("reads");
                found.iter().map(|entry| entry.seq).collect::<Vec<_>>()
            };
            assert_eq!(seqs(Filter::All, 0), [1, 2]);
            assert_eq!(seqs(Filter::All, 2), [3]);
            assert_eq!(seqs(Filter::Of(UserId(1)), 0), [1, 3]);
            assert_eq!(seqs(Filter::On(offboarding_id(0)), 0), [3]);
            let first = log::after(tx, T, &Filter::All, 0, 1)?.remove(0);
            assert_eq!((first.actor.as_str(), first.kind.as_str(), first.at_ms), ("admin", "user.cut", 1));
            assert_eq!((first.user, first.offboarding), (Some(UserId(1)), Some(offboarding_id(1))));
            assert_eq!(first.detail, json!({ "n": 1 }));
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

/// Writers of two tenants, two programs that seal, and a reader: nobody ever sees a gap.
#[test]
fn numbers_are_dense_under_concurrency() {
    const WRITERS: i64 = 8;
    const EACH: i64 = 60;
    each(|base| async move {
        let done = Arc::new(AtomicBool::new(false));
        let second = Arc::new(base.open_again());
        let sealers = [Arc::clone(&base.store), Arc::clone(&second)].map(|store| {
            let done = Arc::clone(&done);
            tokio::spawn(async move {
                loop {
                    let last_round = done.load(Ordering::Acquire);
                    if seal(&store).await == 0 && last_round {
                        return;
                    }
                }
            })
        });
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&base.store), writer, EACH))).collect();
        let mut seen = 0;
        while seen < WRITERS / 2 * EACH {
            let entries = base.read(|tx| log::after(tx, T, &Filter::All, seen, 50)).await.expect("reads");
            let expected: Vec<i64> = (seen + 1..).take(entries.len()).collect();
            assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), expected);
            seen += i64::try_from(entries.len()).expect("small");
        }
        for writer in writers {
            writer.await.expect("writes");
        }
        done.store(true, Ordering::Release);
        for sealer in sealers {
            sealer.await.expect("seals");
        }
        for tenant in [1, 2] {
            let sealed = format!("SELECT COUNT(DISTINCT seq) FROM log WHERE tenant_id = {tenant}");
            assert_eq!(base.raw_number(&sealed), WRITERS / 2 * EACH);
            let head = base.read(|tx| log::head(tx, TenantId(tenant))).await;
            assert_eq!(head.expect("reads"), WRITERS / 2 * EACH);
        }
        assert_eq!(base.raw_number("SELECT COUNT(*) FROM log WHERE seq IS NULL"), 0);
    });
}

async fn write(store: Arc<Store>, writer: i64, count: i64) {
    let tenant = TenantId(writer % 2 + 1);
    for number in 0..count {
        let appended: store::Result<()> =
            store.write(move |tx| append(tx, tenant, writer * 1_000 + number, &Fact::bare("test"))).await;
        appended.expect("appends");
    }
}

async fn seal(store: &Store) -> usize {
    let sealed: store::Result<usize> = store.write(log::seal).await;
    match sealed {
        Ok(count) => count,
        Err(store::Error::Busy(_)) => 1,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_batch_is_bounded() {
    each(|base| async move {
        let sealed = base.write(|tx| {
            for number in 1..=log::SEAL_BATCH + 7 {
                append(tx, T, number, &Fact::bare("test"))?;
            }
            Ok([log::seal(tx)?, log::seal(tx)?])
        });
        assert_eq!(sealed.await.expect("seals"), [usize::try_from(log::SEAL_BATCH).expect("small"), 7]);
        assert_eq!(base.read(|tx| log::head(tx, T)).await.expect("reads"), log::SEAL_BATCH + 7);
        let order = "SELECT COUNT(*) FROM log a JOIN log b ON a.id < b.id AND a.seq > b.seq";
        assert_eq!(base.raw_number(order), 0, "in the order of ids");
    });
}
