//! One session in one database. A look may be repeated; a change is one message to the server, which makes all of
//! it or nothing, except where a transaction is spelled out.

use std::time::Duration;

use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Client, Row};

use super::words;
use crate::{Failure, Pace};

/// A lock that somebody holds longer than this is their business, and a reason to come again.
const MAX_LOCK_WAIT: Duration = Duration::from_secs(5);

pub(super) struct Session {
    client: Client,
    pub(super) database: String,
    limit: Duration,
    pace: Pace,
}

impl Session {
    /// Makes a new connection ours: no name of ours means an object of somebody else, and nothing waits for long.
    pub(super) async fn begin(
        client: Client,
        database: &str,
        limit: Duration,
        pace: Pace,
    ) -> Result<Self, Failure> {
        let session = Self { client, database: database.to_owned(), limit, pace };
        // The server gives up before we do, so that its answer is heard.
        let (statement, lock) = (limit * 9 / 10, (limit / 2).min(MAX_LOCK_WAIT));
        let settings = format!(
            "SET search_path = pg_catalog, pg_temp; SET statement_timeout = {statement}; \
             SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = {statement}; \
             SET default_transaction_read_only = off; SET synchronous_commit = on",
            statement = statement.as_millis().max(1),
            lock = lock.as_millis().max(1),
        );
        // Nothing of this outlives the session.
        session.send(&settings, words::of_look).await.map_err(harmless)?;
        Ok(session)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) async fn ask(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        self.pace.turn().await;
        match tokio::time::timeout(self.limit, self.client.query(sql, params)).await {
            Ok(rows) => rows.map_err(|error| words::of_look(&self.place(), &error)),
            Err(_) => Err(harmless(self.silence())),
        }
    }

    /// The one row of a question that always has one.
    pub(super) async fn ask_one(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Row, Failure> {
        let rows = self.ask(sql, params).await?;
        rows.into_iter().next().ok_or_else(|| Failure::Broken(format!("{}: no row", self.place())))
    }

    pub(super) async fn change(&self, sql: &str) -> Result<(), Failure> {
        self.send(sql, words::of_change).await
    }

    async fn send(
        &self,
        sql: &str,
        meaning: fn(&str, &tokio_postgres::Error) -> Failure,
    ) -> Result<(), Failure> {
        self.pace.turn().await;
        match tokio::time::timeout(self.limit, self.client.batch_execute(sql)).await {
            Ok(done) => done.map_err(|error| meaning(&self.place(), &error)),
            Err(_) => Err(self.silence()),
        }
    }

    pub(super) fn place(&self) -> String {
        format!("database {}", self.database)
    }

    fn silence(&self) -> Failure {
        Failure::Unheard(format!("{}: no answer within {} ms", self.place(), self.limit.as_millis()))
    }
}

/// What went unheard has changed nothing.
pub(super) fn harmless(failure: Failure) -> Failure {
    match failure {
        Failure::Unheard(text) => Failure::Unreached(text),
        other => other,
    }
}

/// A column that the server must have filled as we asked.
pub(super) fn column<'row, T: FromSql<'row>>(row: &'row Row, index: usize) -> Result<T, Failure> {
    row.try_get(index).map_err(|error| Failure::Broken(error.to_string()))
}

/// The names in the first column.
pub(super) fn names(rows: Vec<Row>) -> Result<Vec<String>, Failure> {
    rows.iter().map(|row| column(row, 0)).collect()
}
