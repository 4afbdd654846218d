//! `PostgreSQL`: a bounded pool; each write is a transaction of its own.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut};
use postgres::{Client, Config, Statement};
use tokio::sync::Semaphore;

use super::StoreOptions;
use super::postgres_tls;
use super::row::{Param, Row};
use super::tx::Tx;
use crate::{Error, Result};

/// Any number, as long as only the schema uses it.
const LOCK_SCHEMA: &str = "SELECT pg_advisory_xact_lock(111567772675700)";
/// Composed statements that a connection keeps prepared, before it begins anew.
const COMPOSED_KEPT: usize = 64;

pub(super) struct Postgres {
    config: Config,
    tls: postgres_tls::Connector,
    idle: Mutex<Vec<PostgresConnection>>,
    free: Semaphore,
}

impl Postgres {
    pub(super) fn open(url: &str, options: &StoreOptions) -> Result<Self> {
        let mut config: Config =
            url.parse().map_err(|error: postgres::Error| Error::Backend(with_causes(&error)))?;
        if !url.contains("sslmode=") {
            // The client would try TLS whenever the server offers it, and fail on its self-signed certificate.
            config.ssl_mode(SslMode::Disable);
        }
        let tls = postgres_tls::connector(options.ca_file.as_deref())?;
        let store = Self {
            config,
            tls,
            idle: Mutex::new(Vec::new()),
            free: Semaphore::new(options.connections.max(1)),
        };
        // The first connection tells at once whether the URL is right.
        let first = blocking(|| store.connect())?;
        store.put_back(first);
        Ok(store)
    }

    pub(super) async fn write<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.with_connection(|connection| {
            connection.begin()?;
            let result = Tx::postgres(connection).run(f);
            match result {
                Ok(value) => {
                    connection.commit()?;
                    Ok(value)
                }
                Err(error) => {
                    connection.roll_back();
                    Err(error)
                }
            }
        })
        .await
    }

    pub(super) async fn read<T, E, F>(&self, f: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.with_connection(|connection| f(&mut Tx::postgres(connection))).await
    }

    /// A connection that comes back in order is kept; one left in a transaction or broken is not.
    async fn with_connection<T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut PostgresConnection) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let closed = |_| Error::OutOfService("the store is closed".to_owned());
        let _permit = self.free.acquire().await.map_err(closed)?;
        blocking(|| {
            let mut connection = self.take()?;
            let result = f(&mut connection);
            self.put_back(connection);
            result
        })
    }

    fn take(&self) -> Result<PostgresConnection> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    fn put_back(&self, connection: PostgresConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if connection.lost || connection.client.is_closed() {
            // The server went away, and what is idle went with it: the next one to ask gets a new connection.
            idle.clear();
        } else if !connection.in_transaction {
            idle.push(connection);
        }
    }

    fn connect(&self) -> Result<PostgresConnection> {
        let client = self.config.connect(self.tls.clone()).map_err(connect_error)?;
        Ok(PostgresConnection {
            client,
            prepared: HashMap::new(),
            composed: HashMap::new(),
            in_transaction: false,
            lost: false,
        })
    }
}

impl Drop for Postgres {
    /// Closing a connection drives its runtime too.
    fn drop(&mut self) {
        let idle = std::mem::take(self.idle.get_mut().unwrap_or_else(PoisonError::into_inner));
        blocking(|| drop(idle));
    }
}

/// The `postgres` client drives a runtime of its own, so it must not run on an async thread as such.
fn blocking<T>(f: impl FnOnce() -> T) -> T {
    if tokio::runtime::Handle::try_current().is_ok() { tokio::task::block_in_place(f) } else { f() }
}

/// A connection with its statements prepared once.
pub(super) struct PostgresConnection {
    client: Client,
    /// By address and length of the text, since statements are constants.
    prepared: HashMap<(usize, usize), Statement>,
    /// By text: a client asks the same question about different values.
    composed: HashMap<String, Statement>,
    in_transaction: bool,
    /// The server said, or the network showed, that nothing more will come of it.
    lost: bool,
}

impl PostgresConnection {
    pub(super) fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        let statement = self.statement(sql)?;
        let rows = self.client.execute(&statement, &as_sql(params));
        self.noting(rows)
    }

    pub(super) fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let statement = self.statement(sql)?;
        self.rows(&statement, params, read)
    }

    pub(super) fn query_composed<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let statement = self.composed(sql)?;
        self.rows(&statement, params, read)
    }

    fn rows<T>(
        &mut self,
        statement: &Statement,
        params: &[Param<'_>],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.client.query(statement, &as_sql(params));
        self.noting(rows)?.iter().map(|row| read(&mut Row::postgres(row))).collect()
    }

    pub(super) fn script(&mut self, sql: &str) -> Result<()> {
        let done = self.client.batch_execute(sql);
        self.noting(done)
    }

    pub(super) fn has_table(&mut self, name: &str) -> Result<bool> {
        let found = self.client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&name]);
        let found = found.and_then(|row| row.try_get(0));
        self.noting(found)
    }

    /// Until the transaction ends.
    pub(super) fn lock_schema(&mut self) -> Result<()> {
        self.script(LOCK_SCHEMA)
    }

    pub(super) fn prepare(&mut self, sql: &'static str) -> Result<()> {
        self.statement(sql).map(|_| ())
    }

    fn begin(&mut self) -> Result<()> {
        self.in_transaction = true;
        self.script("BEGIN")
    }

    /// Where this fails the connection is not kept, and the server rolls back by itself.
    fn roll_back(&mut self) {
        self.in_transaction = self.script("ROLLBACK").is_err();
    }

    /// A connection lost here leaves the outcome open; the caller is told so.
    fn commit(&mut self) -> Result<()> {
        let lost = |error: postgres::Error| match error.as_db_error() {
            Some(_) => postgres_error(error),
            None => Error::CommitUnknown(error.to_string()),
        };
        self.client.batch_execute("COMMIT").map_err(lost)?;
        self.in_transaction = false;
        Ok(())
    }

    fn statement(&mut self, sql: &'static str) -> Result<Statement> {
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(statement) = self.prepared.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql);
        let statement = self.noting(statement)?;
        self.prepared.insert(key, statement.clone());
        Ok(statement)
    }

    fn composed(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.composed.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql);
        let statement = self.noting(statement)?;
        if self.composed.len() >= COMPOSED_KEPT {
            self.composed.clear();
        }
        self.composed.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noting<T>(&mut self, result: std::result::Result<T, postgres::Error>) -> Result<T> {
        result.map_err(postgres_error).inspect_err(|error| {
            self.lost |= matches!(error, Error::OutOfService(_));
        })
    }
}

fn as_sql<'p>(params: &'p [Param<'_>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bool(truth) => truth.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BOOL].contains(ty)
    }

    postgres::types::to_sql_checked!();
}

fn connect_error(error: postgres::Error) -> Error {
    match error.as_db_error() {
        Some(_) => postgres_error(error),
        None => Error::OutOfService(with_causes(&error)),
    }
}

/// One vocabulary of errors for both databases.
fn postgres_error(error: postgres::Error) -> Error {
    let text = with_causes(&error);
    let Some(code) = error.code() else {
        let lost = error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>());
        return if lost { Error::OutOfService(text) } else { Error::Backend(text) };
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => Error::Unique(text),
        SqlState::CHECK_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION | SqlState::NOT_NULL_VIOLATION => {
            Error::Constraint(text)
        }
        SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::DISK_FULL => Error::Busy(text),
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
            Error::OutOfService(text)
        }
        _ => Error::Backend(text),
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
