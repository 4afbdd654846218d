//! One transaction, whichever database it runs on.

use super::composed::Composed;
use super::list::{LIST, for_one};
use super::postgres::PostgresConnection;
use super::row::{Param, Row, ToParam};
use super::sqlite::SqliteConnection;
use crate::{Error, Result};

pub struct Tx<'c> {
    connection: Connection<'c>,
    /// The first statement that the database refused.
    failure: Option<Error>,
}

enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PostgresConnection),
}

impl<'c> Tx<'c> {
    pub(super) fn sqlite(connection: &'c mut SqliteConnection) -> Self {
        Self { connection: Connection::Sqlite(connection), failure: None }
    }

    pub(super) fn postgres(connection: &'c mut PostgresConnection) -> Self {
        Self { connection: Connection::Postgres(connection), failure: None }
    }

    /// Runs `f`, and does not let it pass over a statement that failed: `PostgreSQL` has then given the whole
    /// transaction up, and would answer COMMIT with a silent rollback.
    pub(super) fn run<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let value = f(self)?;
        match &self.failure {
            Some(error) => Err(E::from(error.clone())),
            None => Ok(value),
        }
    }

    /// The first statement that the database refused, whatever became of it.
    pub(super) fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    fn noting<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result
            && !matches!(error, Error::Inconsistent(_))
        {
            self.failure.get_or_insert_with(|| error.clone());
        }
        result
    }

    /// Whether nobody else writes until this transaction ends, so that row locks are for nothing.
    pub(crate) fn writes_alone(&self) -> bool {
        matches!(self.connection, Connection::Sqlite(_))
    }

    /// Runs a statement and answers how many rows it touched.
    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        no_nul(params)?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => connection.execute(sql, params),
            Connection::Postgres(connection) => connection.execute(sql, params),
        };
        self.noting(result)
    }

    /// Runs a statement that must touch exactly one row.
    pub(crate) fn execute_one(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<()> {
        match self.execute(sql, params)? {
            1 => Ok(()),
            rows => Err(Error::inconsistent(format!("{rows} rows instead of one: {sql}"))),
        }
    }

    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        no_nul(params)?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => connection.query(sql, params, read),
            Connection::Postgres(connection) => connection.query(sql, params, read),
        };
        self.noting(result)
    }

    /// As [`Tx::query`], for a statement that is no constant.
    pub(crate) fn query_composed<T>(
        &mut self,
        statement: &Composed,
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (sql, params) = (statement.text(), statement.params());
        no_nul(&params)?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => connection.query_composed(sql, &params, read),
            Connection::Postgres(connection) => connection.query_composed(sql, &params, read),
        };
        self.noting(result)
    }

    /// At most one row.
    pub(crate) fn query_opt<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut rows = self.query(sql, params, read)?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            more => Err(Error::inconsistent(format!("{more} rows instead of one: {sql}"))),
        }
    }

    /// Exactly one row.
    pub(crate) fn query_one<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, read)?.ok_or_else(|| Error::inconsistent(format!("no row: {sql}")))
    }

    /// Runs a statement with `list!()` over all `values`, `LIST` at a time.
    pub(crate) fn query_list<V: ToParam, T>(
        &mut self,
        sql: &'static str,
        scope: impl ToParam,
        values: &[V],
        mut read: impl FnMut(&mut Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        if let [value] = values {
            return self.query(for_one(sql), &[scope.to_param(), value.to_param()], read);
        }
        let mut found = Vec::new();
        for chunk in values.chunks(LIST) {
            let padded = chunk.iter().chain(std::iter::repeat_n(&chunk[chunk.len() - 1], LIST - chunk.len()));
            let params: Vec<Param<'_>> =
                std::iter::once(scope.to_param()).chain(padded.map(ToParam::to_param)).collect();
            found.extend(self.query(sql, &params, &mut read)?);
        }
        Ok(found)
    }

    /// Several statements at once, without parameters: migrations only.
    pub(crate) fn script(&mut self, sql: &str) -> Result<()> {
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => connection.script(sql),
            Connection::Postgres(connection) => connection.script(sql),
        };
        self.noting(result)
    }

    pub(crate) fn has_table(&mut self, name: &str) -> Result<bool> {
        match &mut self.connection {
            Connection::Sqlite(connection) => connection.has_table(name),
            Connection::Postgres(connection) => connection.has_table(name),
        }
    }

    /// Waits until no other program changes the schema; `SQLite` has only one writer anyway.
    pub(crate) fn lock_schema(&mut self) -> Result<()> {
        match &mut self.connection {
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(connection) => connection.lock_schema(),
        }
    }

    /// Lets the database check a statement without running it.
    pub fn prepare(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.connection {
            Connection::Sqlite(connection) => connection.prepare(sql),
            Connection::Postgres(connection) => connection.prepare(sql),
        }
    }
}

fn no_nul(params: &[Param<'_>]) -> Result<()> {
    let holds_nul = |param: &Param<'_>| matches!(param, Param::Text(text) if text.contains('\0'));
    if params.iter().any(holds_nul) { Err(Error::Nul) } else { Ok(()) }
}
