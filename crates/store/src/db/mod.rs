//! The only room that knows there are two databases.
//!
//! `Store::write` and `Store::read` take a closure over `Tx`; one SQL text serves both.
//! `SQLite`: one writer thread with group commit, readers used in place. `PostgreSQL`: a bounded pool.

mod composed;
mod dialect;
mod list;
mod postgres;
mod postgres_tls;
mod row;
mod sqlite;
mod sqlite_backup;
mod sqlite_writer;
mod tx;
mod url;

use std::path::{Path, PathBuf};

use crate::{Error, Result, migrate};
pub(crate) use composed::Composed;
pub(crate) use list::{for_one, list};
pub(crate) use row::{Row, ToParam};
pub use tx::Tx;
pub use url::StoreUrl;

/// What may be set when a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// `SQLite` readers, or `PostgreSQL` connections.
    pub connections: usize,
    /// PEM file with the authority that signs the `PostgreSQL` server's certificate; else the system's.
    pub ca_file: Option<PathBuf>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { connections: 16, ca_file: None }
    }
}

pub struct Store {
    backend: Backend,
}

enum Backend {
    Sqlite(Box<sqlite::Sqlite>),
    Postgres(Box<postgres::Postgres>),
}

impl Store {
    /// Opens without touching the schema; see [`Store::migrate`] and [`Store::check_schema`].
    ///
    /// Must be called from a thread that may block.
    pub fn open(url: &StoreUrl, options: &StoreOptions) -> Result<Self> {
        let backend = match url {
            StoreUrl::Sqlite(path) => {
                Backend::Sqlite(Box::new(sqlite::Sqlite::open(path, options.connections)?))
            }
            StoreUrl::Postgres(url) => Backend::Postgres(Box::new(postgres::Postgres::open(url, options)?)),
        };
        Ok(Self { backend })
    }

    /// Runs `f` in one transaction and answers after COMMIT. An `Err` of `f` rolls its changes back, and so does
    /// a statement that failed, even if `f` passes over it.
    ///
    /// `f` must not wait for anything: on `SQLite` it runs on the only writer.
    pub async fn write<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(f).await,
            Backend::Postgres(postgres) => postgres.write(f).await,
        }
    }

    /// Runs `f` on a connection that only reads: one snapshot on `SQLite`, one per statement on `PostgreSQL`.
    pub async fn read<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(f).await,
            Backend::Postgres(postgres) => postgres.read(f).await,
        }
    }

    /// As [`Store::read`], for a row or two by their key: on `SQLite` it takes microseconds, less than it would to
    /// tell the runtime that this thread may block.
    pub async fn look_up<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.look_up(f).await,
            Backend::Postgres(postgres) => postgres.read(f).await,
        }
    }

    /// Brings the schema to this program's version. Answers the versions before and after.
    pub async fn migrate(&self) -> Result<(i64, i64)> {
        self.write(migrate::migrate).await
    }

    /// Refuses a schema that is newer or older than this program's.
    pub async fn check_schema(&self) -> Result<()> {
        self.read(migrate::check).await
    }

    /// Copies an embedded store to a new file while it is in use.
    #[expect(clippy::unused_async, reason = "like every other way to the store; the copy is made in place")]
    pub async fn backup(&self, target: &Path) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.backup(target),
            Backend::Postgres(_) => {
                Err(Error::Backend("back a PostgreSQL store up with pg_dump or base backups".to_owned()))
            }
        }
    }

    /// Why the store takes no writes any more, if so.
    pub fn out_of_service(&self) -> Option<String> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.out_of_service(),
            Backend::Postgres(_) => None,
        }
    }
}

/// Declares the statements of a module next to their functions, and `ALL` of them for the prepare test.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+
        pub(crate) const ALL: &[&str] = &[$($name,)+];
    };
}
pub(crate) use statements;

/// Parameters of a statement, in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::ToParam::to_param(&$value)),*] };
}
pub(crate) use params;
