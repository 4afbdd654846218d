//! `SQLite`: connections and readers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags, params_from_iter};
use tokio::sync::Semaphore;

use super::dialect::{for_sqlite, script_for_sqlite};
use super::row::{Param, Row};
use super::sqlite_backup;
use super::sqlite_writer::Writer;
use super::tx::Tx;
use crate::{Error, Result};

/// Older ones can corrupt a write-ahead log when two connections checkpoint at once.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long a process waits for another one's transaction on the same file.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// Prepared statements kept per connection: more than there are constants, and the composed ones used last.
const STATEMENTS_KEPT: usize = 256;

pub(super) struct Sqlite {
    path: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<SqliteConnection>>,
    free_readers: Semaphore,
}

impl Sqlite {
    pub(super) fn open(path: &Path, readers: usize) -> Result<Self> {
        let readers = readers.max(1);
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::Backend(format!("SQLite {} is too old", rusqlite::version())));
        }
        // The log beside the store gets the same mode, by SQLite itself.
        sqlite_backup::private()
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| Error::Backend(error.to_string()))?;
        let writer = Writer::start(SqliteConnection::open(path, Access::Write)?)?;
        let opened: Result<Vec<_>> =
            (0..readers).map(|_| SqliteConnection::open(path, Access::Read)).collect();
        Ok(Self {
            path: path.to_owned(),
            writer,
            readers: Mutex::new(opened?),
            free_readers: Semaphore::new(readers),
        })
    }

    pub(super) async fn write<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.writer.write(f).await
    }

    pub(super) async fn read<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.with_reader(|reader| tokio::task::block_in_place(|| reader.read(f))).await
    }

    pub(super) async fn look_up<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.with_reader(|reader| reader.read(f)).await
    }

    async fn with_reader<T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut SqliteConnection) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let closed = |_| Error::OutOfService("the store is closed".to_owned());
        let _permit = self.free_readers.acquire().await.map_err(closed)?;
        let mut reader = self.take_reader()?;
        let result = f(&mut reader);
        if reader.raw.is_autocommit() {
            self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        result
    }

    /// A permit promises a reader, unless one was lost to a panic or an I/O error: then a new one takes its place.
    fn take_reader(&self) -> Result<SqliteConnection> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.map_or_else(|| SqliteConnection::open(&self.path, Access::Read), Ok)
    }

    pub(super) fn backup(&self, target: &Path) -> Result<()> {
        tokio::task::block_in_place(|| {
            sqlite_backup::copy(&SqliteConnection::open(&self.path, Access::Read)?.raw, target)
        })
    }

    pub(super) fn out_of_service(&self) -> Option<String> {
        self.writer.out_of_service()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// A connection with its statements mapped once.
pub(super) struct SqliteConnection {
    raw: rusqlite::Connection,
    /// By address and length of the text, since statements are constants.
    mapped: HashMap<(usize, usize), String>,
}

impl SqliteConnection {
    fn open(path: &Path, access: Access) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_READ_WRITE
            | if access == Access::Write { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let raw = rusqlite::Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
        let settings = format!(
            "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;"
        );
        raw.execute_batch(&settings).map_err(sqlite_error)?;
        // Plans must not depend on values: SQLite would parse a statement again whenever an `IN` list changes.
        raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(sqlite_error)?;
        if access == Access::Read {
            raw.execute_batch("PRAGMA query_only = ON").map_err(sqlite_error)?;
        }
        raw.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Self { raw, mapped: HashMap::new() })
    }

    /// One snapshot for all of `f`.
    fn read<T, E, F>(&mut self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.control("BEGIN")?;
        let result = f(&mut Tx::sqlite(self));
        let ended = self.control("COMMIT");
        let value = result?;
        ended?;
        Ok(value)
    }

    /// `BEGIN`, `COMMIT` and their kin.
    pub(super) fn control(&mut self, sql: &'static str) -> Result<()> {
        self.statement(sql)?.execute([]).map(|_| ()).map_err(sqlite_error)
    }

    pub(super) fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        let rows = self.statement(sql)?.execute(params_from_iter(params)).map_err(sqlite_error)?;
        Ok(u64::try_from(rows).unwrap_or(u64::MAX))
    }

    pub(super) fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        rows(self.statement(sql)?, params, read)
    }

    pub(super) fn query_composed<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        rows(self.raw.prepare_cached(&for_sqlite(sql)).map_err(sqlite_error)?, params, read)
    }

    pub(super) fn script(&mut self, sql: &str) -> Result<()> {
        self.raw.execute_batch(&script_for_sqlite(sql)).map_err(sqlite_error)
    }

    pub(super) fn has_table(&mut self, name: &str) -> Result<bool> {
        const TABLES: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        self.raw
            .query_row(TABLES, [name], |row| row.get::<_, i64>(0))
            .map(|count| count > 0)
            .map_err(sqlite_error)
    }

    pub(super) fn prepare(&mut self, sql: &'static str) -> Result<()> {
        self.statement(sql).map(|_| ())
    }

    fn statement(&mut self, sql: &'static str) -> Result<rusqlite::CachedStatement<'_>> {
        let mapped = self.mapped.entry((sql.as_ptr().addr(), sql.len())).or_insert_with(|| for_sqlite(sql));
        self.raw.prepare_cached(mapped).map_err(sqlite_error)
    }
}

fn rows<T>(
    mut statement: rusqlite::CachedStatement<'_>,
    params: &[Param<'_>],
    mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut rows = statement.query(params_from_iter(params)).map_err(sqlite_error)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        found.push(read(&mut Row::sqlite(row))?);
    }
    Ok(found)
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bool(truth) => ValueRef::Integer(i64::from(truth)),
        }))
    }
}

/// One vocabulary of errors for both databases.
pub(super) fn sqlite_error(error: rusqlite::Error) -> Error {
    let text = error.to_string();
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return Error::Backend(text);
    };
    match failure.code {
        ErrorCode::ConstraintViolation
            if [rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY]
                .contains(&failure.extended_code) =>
        {
            Error::Unique(text)
        }
        ErrorCode::ConstraintViolation => Error::Constraint(text),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull => Error::Busy(text),
        ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Error::OutOfService(text)
        }
        _ => Error::Backend(text),
    }
}
