//! Which nodes run steps: shown by `exeunt status`, relied upon by nothing.

use crate::Result;
use crate::db::{Tx, params, statements};

statements! {
    SEEN = "INSERT INTO nodes (name, started_ms, seen_ms) VALUES ($1, $2, $2) \
            ON CONFLICT (name) DO UPDATE SET seen_ms = $2";
    ALIVE = "SELECT name FROM nodes WHERE seen_ms >= $1 ORDER BY name LIMIT 100";
    FORGET = "DELETE FROM nodes WHERE seen_ms < $1 OR name = $2";
}

pub fn seen(tx: &mut Tx<'_>, name: &str, now_ms: i64) -> Result<()> {
    tx.execute_one(SEEN, params![name, now_ms])
}

pub fn alive(tx: &mut Tx<'_>, since_ms: i64) -> Result<Vec<String>> {
    tx.query(ALIVE, params![since_ms], |row| row.take())
}

/// Forgets a node that stops, and those not seen since `before_ms`.
pub fn forget(tx: &mut Tx<'_>, name: &str, before_ms: i64) -> Result<()> {
    tx.execute(FORGET, params![before_ms, name]).map(|_| ())
}
