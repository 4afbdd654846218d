//! Runs one test on both databases, each time on a store of its own.
//!
//! `PostgreSQL` is named by the environment and never skipped: a suite that silently ran on one database
//! would prove half of what it claims.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Store, StoreOptions, StoreUrl, Tx};
use tokio::task::JoinHandle;

const SERVER: &str = "EXEUNT_TEST_POSTGRES";
const AUTHORITY: &str = "EXEUNT_TEST_POSTGRES_CA";
/// Enough for real concurrency, few enough that all tests together fit into one server.
const CONNECTIONS: usize = 8;

/// A migrated store, and a way around it for what the store itself would never do.
pub(crate) struct Base {
    pub(crate) store: Arc<Store>,
    pub(crate) url: StoreUrl,
    raw: Raw,
}

enum Raw {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Why the database refused a statement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    Check,
    Unique,
    ForeignKey,
    Other(String),
}

impl Base {
    pub(crate) async fn write<T, F>(&self, f: F) -> store::Result<T>
    where
        F: FnOnce(&mut Tx<'_>) -> store::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.store.write(f).await
    }

    /// A write on a task of its own: the store runs it in place, so writes of one task never overlap.
    pub(crate) fn spawn_write<T, F>(&self, f: F) -> JoinHandle<store::Result<T>>
    where
        F: FnOnce(&mut Tx<'_>) -> store::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let store = Arc::clone(&self.store);
        tokio::spawn(async move { store.write(f).await })
    }

    pub(crate) async fn read<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> store::Result<T>) -> store::Result<T> {
        self.store.read(f).await
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.raw, Raw::Sqlite(_))
    }

    /// A second program on the same database.
    pub(crate) fn open_again(&self) -> Store {
        tokio::task::block_in_place(|| Store::open(&self.url, &options())).expect("opens again")
    }

    /// Statements that no function of the store makes.
    pub(crate) fn raw(&self, sql: &str) -> Result<(), Broken> {
        tokio::task::block_in_place(|| match &self.raw {
            Raw::Sqlite(path) => sqlite(path).execute_batch(sql).map_err(of_sqlite),
            Raw::Postgres(url) => postgres(url).batch_execute(sql).map_err(of_postgres),
        })
    }

    /// The rows of a table, each as text, in the order of their texts.
    pub(crate) fn raw_rows(&self, table: &str, condition: &str) -> Vec<String> {
        let mut rows: Vec<String> = tokio::task::block_in_place(|| match &self.raw {
            Raw::Sqlite(path) => {
                let connection = sqlite(path);
                let sql = format!("SELECT * FROM {table} WHERE {condition}");
                let mut statement = connection.prepare(&sql).expect(table);
                let columns = statement.column_count();
                let texts = statement.query_map([], |row| {
                    let values = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
                    Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
                });
                texts.expect(table).collect::<Result<_, _>>().expect(table)
            }
            Raw::Postgres(url) => {
                let sql = format!("SELECT CAST({table} AS TEXT) FROM {table} WHERE {condition}");
                postgres(url).query(&sql, &[]).expect(table).iter().map(|row| row.get(0)).collect()
            }
        });
        rows.sort_unstable();
        rows
    }

    /// How `SQLite` runs a statement, a line for each loop.
    pub(crate) fn plan(&self, sql: &str) -> Vec<String> {
        let Raw::Sqlite(path) = &self.raw else { panic!("a plan of SQLite") };
        let sql = [" FOR NO KEY UPDATE SKIP LOCKED", " FOR NO KEY UPDATE", " FOR SHARE"]
            .iter()
            .fold(format!("EXPLAIN QUERY PLAN {sql}"), |sql, lock| sql.replace(lock, ""));
        let connection = sqlite(path);
        let mut statement = connection.prepare(&sql).expect(&sql);
        // Without values for the parameters, which a plan does not need.
        statement.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().expect(&sql)
    }

    /// How `PostgreSQL` runs a statement whatever its values are, a line for each node.
    pub(crate) fn plan_for(&self, sql: &str, values: &str) -> Vec<String> {
        let Raw::Postgres(url) = &self.raw else { panic!("a plan of PostgreSQL") };
        tokio::task::block_in_place(|| {
            let mut client = postgres(url);
            let prepare = format!("SET plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}");
            client.batch_execute(&prepare).expect(sql);
            let rows = client.simple_query(&format!("EXPLAIN EXECUTE asked({values})")).expect(sql);
            let lines = rows.iter().filter_map(|row| match row {
                postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
            lines.collect()
        })
    }

    /// One number.
    pub(crate) fn raw_number(&self, sql: &str) -> i64 {
        tokio::task::block_in_place(|| match &self.raw {
            Raw::Sqlite(path) => sqlite(path).query_row(sql, [], |row| row.get(0)).expect("a number"),
            Raw::Postgres(url) => postgres(url).query_one(sql, &[]).expect("a number").get(0),
        })
    }
}

/// Keeps a transaction open, so that others run into it.
pub(crate) fn linger(ms: u64) {
    let (_sender, nothing) = std::sync::mpsc::channel::<()>();
    assert!(nothing.recv_timeout(std::time::Duration::from_millis(ms)).is_err());
}

/// Runs `test` on `SQLite` and on `PostgreSQL`; a failure names its database by the thread.
pub(crate) fn each<F, Fut>(test: F)
where
    F: Fn(Base) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()>,
{
    let threads = [named("SQLite", move || on_sqlite(test)), named("PostgreSQL", move || on_postgres(test))];
    for outcome in threads.map(std::thread::JoinHandle::join) {
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    }
}

fn named(name: &str, run: impl FnOnce() + Send + 'static) -> std::thread::JoinHandle<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).expect("a thread")
}

pub(crate) fn on_sqlite<Fut: Future<Output = ()>>(test: impl FnOnce(Base) -> Fut) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("exeunt.db");
    run(StoreUrl::Sqlite(path.clone()), Raw::Sqlite(path), test);
}

pub(crate) fn on_postgres<Fut: Future<Output = ()>>(test: impl FnOnce(Base) -> Fut) {
    let database = Database::create();
    let url = database.url();
    run(StoreUrl::Postgres(url.clone()), Raw::Postgres(url), test);
}

fn run<Fut: Future<Output = ()>>(url: StoreUrl, raw: Raw, test: impl FnOnce(Base) -> Fut) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let store = Arc::new(Store::open(&url, &options()).expect("opens"));
        store.migrate().await.expect("migrates");
        test(Base { store, url, raw }).await;
    });
}

pub(crate) fn options() -> StoreOptions {
    StoreOptions { connections: CONNECTIONS, ca_file: std::env::var_os(AUTHORITY).map(PathBuf::from) }
}

/// The authority of the test server's certificate.
pub(crate) fn authority() -> PathBuf {
    PathBuf::from(variable(AUTHORITY))
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run cargo xtask test"))
}

/// A database of the test server, dropped with this.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) fn create() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("exeunt_it_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let created = postgres(&address("postgres"))
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"));
        created.expect("creates a database");
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        address(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test that failed may have left connections behind; the message of its failure matters more than this.
        let _ = postgres(&address("postgres"))
            .batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn address(database: &str) -> String {
    format!("{}/{database}", variable(SERVER).trim_end_matches('/'))
}

fn sqlite(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("opens");
    connection
        .execute_batch("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000")
        .expect("takes its settings");
    connection
}

fn postgres(url: &str) -> postgres::Client {
    let mut config: postgres::Config = url.parse().expect("a URL");
    config.ssl_mode(postgres::config::SslMode::Disable);
    config.connect(postgres::NoTls).expect("reaches the server")
}

fn of_sqlite(error: rusqlite::Error) -> Broken {
    use rusqlite::ffi;
    let rusqlite::Error::SqliteFailure(failure, text) = error else {
        return Broken::Other(error.to_string());
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_CHECK => Broken::Check,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Broken::Unique,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Broken::ForeignKey,
        _ => Broken::Other(text.unwrap_or_default()),
    }
}

fn of_postgres(error: postgres::Error) -> Broken {
    use postgres::error::SqlState;
    match error.code() {
        Some(&SqlState::CHECK_VIOLATION) => Broken::Check,
        Some(&SqlState::UNIQUE_VIOLATION) => Broken::Unique,
        Some(&SqlState::FOREIGN_KEY_VIOLATION) => Broken::ForeignKey,
        _ => Broken::Other(error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)),
    }
}
