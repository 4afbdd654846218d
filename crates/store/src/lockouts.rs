//! Failed sign-ins, by user name and by address.

use domain::TenantId;

use crate::Result;
use crate::db::{Row, Tx, list, params, statements};

statements! {
    FIND = "SELECT failures, locked_until_ms, last_failure_ms FROM lockouts WHERE tenant_id = $1 AND subject = $2";
    OF_SUBJECTS = concat!("SELECT failures, locked_until_ms, last_failure_ms, subject FROM lockouts \
        WHERE tenant_id = $1 AND subject IN (", list!(), ")");
    /// As FIND, and nobody else counts on until the transaction ends: attempts made at once all count.
    LOCKED = "INSERT INTO lockouts (tenant_id, subject, failures, locked_until_ms, last_failure_ms) \
              VALUES ($1, $2, 0, 0, 0) ON CONFLICT (tenant_id, subject) DO UPDATE SET failures = lockouts.failures \
              RETURNING failures, locked_until_ms, last_failure_ms";
    SAVE = "INSERT INTO lockouts (tenant_id, subject, failures, locked_until_ms, last_failure_ms) \
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, subject) \
            DO UPDATE SET failures = $3, locked_until_ms = $4, last_failure_ms = $5";
    CLEAR = "DELETE FROM lockouts WHERE tenant_id = $1 AND subject = $2";
    SWEEP = "DELETE FROM lockouts WHERE last_failure_ms < $1 AND (tenant_id, subject) IN \
             (SELECT tenant_id, subject FROM lockouts WHERE last_failure_ms < $1 ORDER BY last_failure_ms LIMIT $2)";
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lockout {
    pub failures: i64,
    pub locked_until_ms: i64,
    pub last_failure_ms: i64,
}

pub fn find(tx: &mut Tx<'_>, tenant: TenantId, subject: &str) -> Result<Lockout> {
    Ok(tx.query_opt(FIND, params![tenant, subject], read)?.unwrap_or_default())
}

/// Those of `subjects` that have failed lately.
pub fn of_subjects(tx: &mut Tx<'_>, tenant: TenantId, subjects: &[String]) -> Result<Vec<(Lockout, String)>> {
    tx.query_list(OF_SUBJECTS, tenant, subjects, |row| Ok((read(row)?, row.take()?)))
}

/// As [`find`], for a transaction that goes on to [`save`] or [`clear`].
pub fn locked(tx: &mut Tx<'_>, tenant: TenantId, subject: &str) -> Result<Lockout> {
    tx.query_one(LOCKED, params![tenant, subject], read)
}

pub fn save(tx: &mut Tx<'_>, tenant: TenantId, subject: &str, lockout: Lockout) -> Result<()> {
    let Lockout { failures, locked_until_ms, last_failure_ms } = lockout;
    tx.execute_one(SAVE, params![tenant, subject, failures, locked_until_ms, last_failure_ms])
}

/// Answers whether there was anything to forget.
pub fn clear(tx: &mut Tx<'_>, tenant: TenantId, subject: &str) -> Result<bool> {
    Ok(tx.execute(CLEAR, params![tenant, subject])? > 0)
}

/// Forgets what lies before `before_ms`.
pub fn sweep(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64> {
    tx.execute(SWEEP, params![before_ms, limit])
}

fn read(row: &mut Row<'_>) -> Result<Lockout> {
    Ok(Lockout { failures: row.take()?, locked_until_ms: row.take()?, last_failure_ms: row.take()? })
}
