//! What a write promises: all or nothing, durable when answered, and no harm to its neighbors.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use domain::UserId;
use store::{Error, Store, StoreUrl, groups, users};

use crate::fixture::{Base, each, on_sqlite, options};
use crate::sample::{T, group, user};

#[test]
fn what_was_answered_is_there_for_everybody() {
    each(|base| async move {
        base.company(T, 1).await;
        let (here, there) = (Arc::clone(&base.store), base.open_again());
        for store in [here, Arc::new(there)] {
            let found: store::Result<_> = store.read(|tx| users::by_id(tx, T, UserId(1))).await;
            assert_eq!(found.expect("reads"), Some(user(1)));
        }
    });
}

#[test]
fn an_error_undoes_all_of_its_closure_and_nothing_else() {
    each(|base| async move {
        base.company(T, 1).await;
        let failed: store::Result<()> = base
            .write(|tx| {
                users::insert(tx, T, &user(2), None)?;
                Err(Error::Inconsistent("changed my mind".to_owned()))
            })
            .await;
        assert!(matches!(failed, Err(Error::Inconsistent(_))), "{failed:?}");
        base.write(|tx| users::insert(tx, T, &user(3), None)).await.expect("goes on");
        assert_eq!(ids(&base).await, [1, 3]);
    });
}

#[test]
fn a_failed_statement_cannot_be_passed_over() {
    each(|base| async move {
        base.company(T, 1).await;
        let done = base
            .write(|tx| {
                users::insert(tx, T, &user(2), None)?;
                let _ = users::insert(tx, T, &user(1), None);
                Ok(())
            })
            .await;
        assert!(matches!(done, Err(Error::Unique(_))), "{done:?}");
        assert_eq!(ids(&base).await, [1], "and nothing of the write is kept");
    });
}

/// Writes of all kinds at once: each is answered with what became of it.
#[test]
fn neighbors_are_answered_truthfully() {
    each(|base| async move {
        base.company(T, 0).await;
        let writes: Vec<_> = (1..=120)
            .map(|id| {
                let store = Arc::clone(&base.store);
                tokio::spawn(async move {
                    let written: store::Result<()> = store
                        .write(move |tx| {
                            users::insert(tx, T, &user(id), None)?;
                            match id % 12 {
                                0 => panic!("on purpose"),
                                1..=3 => Err(Error::Inconsistent("on purpose".to_owned())),
                                _ => Ok(()),
                            }
                        })
                        .await;
                    (id, written)
                })
            })
            .collect();
        let mut kept = Vec::new();
        for write in writes {
            // On PostgreSQL a panic goes through to the caller, whose transaction dies with it.
            let Ok((id, written)) = write.await else { continue };
            match (id % 12, &written) {
                (0, Err(_)) | (1..=3, Err(Error::Inconsistent(_) | Error::Busy(_))) => {}
                (4.., Ok(())) => kept.push(id),
                (4.., Err(Error::Busy(_))) if base.is_sqlite() => {}
                _ => panic!("{id}: {written:?}"),
            }
        }
        assert_eq!(ids(&base).await, kept, "those answered with success, and no others");
        base.write(|tx| groups::insert(tx, T, &group(1))).await.expect("the store goes on");
    });
}

/// While the writer is held, what comes in waits and becomes one group.
#[test]
fn a_panic_spoils_its_whole_group() {
    on_sqlite(|base| async move {
        base.company(T, 0).await;
        let gate = Arc::new(Gate::default());
        let held = hold_writer(&base, &gate).await;
        let panics = base.spawn_write(|_| -> store::Result<()> { panic!("on purpose") });
        tokio::time::sleep(QUEUED).await;
        gate.open();
        assert!(matches!(held.await.expect("answers"), Err(Error::Busy(_))));
        assert!(matches!(panics.await.expect("answers"), Err(Error::Backend(_))));
        assert!(ids(&base).await.is_empty(), "the first was told of a failure, so it is not there");
        assert_eq!(base.store.out_of_service(), None);
    });
}

#[test]
fn writes_share_their_commit() {
    on_sqlite(|base| async move {
        base.company(T, 1).await;
        let gate = Arc::new(Gate::default());
        let mut writes = vec![hold_writer(&base, &gate).await];
        writes.extend((2..=65).map(|id| base.spawn_write(move |tx| users::insert(tx, T, &user(id), None))));
        tokio::time::sleep(QUEUED).await;
        let before = commits(&base);
        gate.open();
        for write in writes {
            write.await.expect("answers").expect("writes");
        }
        let commits = commits(&base) - before;
        assert!((1..=8).contains(&commits), "{commits} commits for 65 writes");
    });
}

/// The writer meets a page that is not what it wrote: it stops for good and says so.
#[test]
fn after_an_io_error_the_writer_stops() {
    on_sqlite(|base| async move {
        base.company(T, 50).await;
        base.raw("PRAGMA wal_checkpoint(PASSIVE)").expect("everything in the one file");
        let page =
            base.raw_number("SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_users_1'");
        let start = usize::try_from(page - 1).expect("a page") * 4_096;
        let mut bytes = std::fs::read(path_of(&base)).expect("reads");
        bytes[start..start + 4_096].fill(0xAA);
        let broken = path_of(&base).with_file_name("broken.db");
        std::fs::write(&broken, &bytes).expect("writes");

        let store = tokio::task::block_in_place(|| Store::open(&StoreUrl::Sqlite(broken), &options()));
        let store = store.expect("the schema is whole");
        assert_eq!(store.out_of_service(), None);
        // Even where the command makes light of it.
        let first: store::Result<()> =
            store.write(|tx| users::signed_in(tx, T, UserId(7), 9).or(Ok(()))).await;
        assert!(matches!(first, Err(Error::OutOfService(_))), "{first:?}");
        assert!(store.out_of_service().is_some());
        let second: store::Result<()> = store.write(|_| Ok(())).await;
        assert!(matches!(second, Err(Error::OutOfService(_))), "{second:?}");
    });
}

/// Time enough for a few dozen writes to reach the queue.
const QUEUED: Duration = Duration::from_millis(300);

#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().expect("the gate") = true;
        self.opened.notify_all();
    }

    fn wait(&self) {
        let is_open = self.is_open.lock().expect("the gate");
        drop(self.opened.wait_while(is_open, |is_open| !*is_open).expect("the gate"));
    }
}

type Writing = tokio::task::JoinHandle<store::Result<()>>;

/// A write that has begun when this answers, and ends when the gate opens.
async fn hold_writer(base: &Base, gate: &Arc<Gate>) -> Writing {
    let gate = Arc::clone(gate);
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let writing = base.spawn_write(move |tx| {
        begun.send(()).expect("is waited for");
        gate.wait();
        groups::insert(tx, T, &group(1))
    });
    has_begun.await.expect("begins");
    writing
}

/// Transactions in the write-ahead log: the frames that end one hold the size of the database after it.
fn commits(base: &Base) -> usize {
    const HEADER: usize = 32;
    const FRAME: usize = 24 + 4_096;
    let log = std::fs::read(path_of(base).with_extension("db-wal")).expect("reads");
    log[HEADER..]
        .chunks_exact(FRAME)
        .filter(|frame| frame[4..8] != [0; 4] && frame[8..16] == log[16..24])
        .count()
}

fn path_of(base: &Base) -> PathBuf {
    match &base.url {
        StoreUrl::Sqlite(path) => path.clone(),
        StoreUrl::Postgres(_) => panic!("not a file"),
    }
}

async fn ids(base: &Base) -> Vec<i64> {
    let users = base.read(|tx| users::list(tx, T, UserId(0), 1_000, true)).await.expect("reads");
    users.iter().map(|user| user.id.0).collect()
}
