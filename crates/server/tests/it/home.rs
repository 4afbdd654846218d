//! Where a store lives during a test. `both` runs one test on either database, each time on a store of its own.
//!
//! PostgreSQL is named by the environment and never skipped: a suite that silently ran on one database
//! would prove half of what it claims.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Store, StoreOptions, StoreUrl};
use tempfile::TempDir;

use crate::fixture::Company;

const SERVER: &str = "EXEUNT_TEST_POSTGRES";
const AUTHORITY: &str = "EXEUNT_TEST_POSTGRES_CA";
/// Enough for real concurrency, few enough that all tests together fit into one server.
const CONNECTIONS: usize = 6;

/// A store, and a folder for what else a test writes. Gone when this is.
pub(crate) struct Home {
    pub(crate) url: StoreUrl,
    folder: TempDir,
    _database: Option<Database>,
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { url: StoreUrl::Sqlite(folder.path().join("exeunt.db")), folder, _database: None }
    }

    pub(crate) fn postgres() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::create();
        Self { url: StoreUrl::Postgres(address(&database.0)), folder, _database: Some(database) }
    }

    pub(crate) fn open(&self) -> Store {
        tokio::task::block_in_place(|| Store::open(&self.url, &options())).expect("a store")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file of a simulated platform.
    pub(crate) fn journal(&self, platform: &str) -> PathBuf {
        self.folder.path().join(format!("{platform}.jsonl"))
    }
}

fn options() -> StoreOptions {
    StoreOptions { connections: CONNECTIONS, ca_file: std::env::var_os(AUTHORITY).map(PathBuf::from) }
}

/// Runs `test` in a fresh company on SQLite and in another on PostgreSQL, at the same time.
pub(crate) fn both<F, Fut>(test: F)
where
    F: Fn(Company) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()>,
{
    both_homes(move |home| async move { test(Company::at(home).await).await });
}

/// As [`both`], where nobody lives yet.
pub(crate) fn both_homes<F, Fut>(test: F)
where
    F: Fn(Home) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()>,
{
    let on = |name: &str, home: fn() -> Home| {
        let run = move || run(async { test(home()).await });
        std::thread::Builder::new().name(name.to_owned()).spawn(run).expect("a thread")
    };
    let threads = [on("SQLite", Home::sqlite), on("PostgreSQL", Home::postgres)];
    for outcome in threads.map(std::thread::JoinHandle::join) {
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    }
}

pub(crate) fn run(test: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime").block_on(test);
}

/// A database of the test server.
struct Database(String);

impl Database {
    fn create() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("exeunt_server_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        administer(&format!("CREATE DATABASE {name} TEMPLATE template0")).expect("a database");
        Self(name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that failed may have left it in use; the message of its failure matters more than this.
        let _ = administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.0));
    }
}

fn administer(sql: &str) -> Result<(), postgres::Error> {
    tokio::task::block_in_place(|| {
        let mut client = postgres::Client::connect(&address("postgres"), postgres::NoTls)?;
        client.batch_execute(sql)
    })
}

fn address(database: &str) -> String {
    let server =
        std::env::var(SERVER).unwrap_or_else(|_| panic!("{SERVER} is not set: run cargo xtask test"));
    format!("{}/{database}", server.trim_end_matches('/'))
}
