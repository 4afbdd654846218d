//! Sessions: only the hash of their secret is here.

use domain::{TenantId, UserId};

use crate::db::{Tx, params, statements};
use crate::{Error, Result};

statements! {
    /// Only while the user is active, which the row lock keeps so until the session can be seen and ended.
    INSERT = "INSERT INTO sessions (hash, tenant_id, user_id, face, device, idle_ms, created_ms, last_seen_ms) \
              SELECT $1, u.tenant_id, u.id, $4, $5, $6, $7, $7 FROM users u \
              WHERE u.tenant_id = $2 AND u.id = $3 AND u.state = 'active' FOR SHARE";
    /// One look tells whether the session is alive and its user may still act.
    FIND = "SELECT s.tenant_id, s.user_id, u.user_name, u.role, s.face, s.device, s.idle_ms, s.created_ms, s.last_seen_ms \
            FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id \
            WHERE s.hash = $1 AND u.state = 'active'";
    SEEN = "UPDATE sessions SET last_seen_ms = $2 WHERE hash = $1 AND last_seen_ms < $2";
    RENEW = "UPDATE sessions SET hash = $2, last_seen_ms = $3 WHERE hash = $1";
    OF_USER = "SELECT face, device, idle_ms, created_ms, last_seen_ms FROM sessions \
               WHERE tenant_id = $1 AND user_id = $2 ORDER BY last_seen_ms DESC, hash LIMIT $3";
    END = "DELETE FROM sessions WHERE hash = $1";
    END_OF_USER = "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2";
    /// Said twice, because one of them may be used while this waits for its row.
    SWEEP = "DELETE FROM sessions WHERE last_seen_ms < $1 AND hash IN \
             (SELECT hash FROM sessions WHERE last_seen_ms < $1 ORDER BY last_seen_ms LIMIT $2)";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub hash: String,
    pub tenant: TenantId,
    pub user: UserId,
    /// Where it was opened: `commvault`, `appviewx`, `rest`.
    pub face: &'static str,
    /// The client's own id of its device, which a renewal must repeat.
    pub device: Option<String>,
    pub idle_ms: i64,
}

/// A session as it was found, with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub tenant: TenantId,
    pub user: UserId,
    pub user_name: String,
    pub role: domain::Role,
    pub face: String,
    pub device: Option<String>,
    pub idle_ms: i64,
    pub created_ms: i64,
    pub last_seen_ms: i64,
}

/// A session in a list: without anything that would help to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub face: String,
    pub device: Option<String>,
    pub idle_ms: i64,
    pub created_ms: i64,
    pub last_seen_ms: i64,
}

/// [`Error::Busy`] if the user is not active any more.
pub fn insert(tx: &mut Tx<'_>, session: &Session, now_ms: i64) -> Result<()> {
    let rows = tx.execute(
        INSERT,
        params![
            session.hash,
            session.tenant,
            session.user,
            session.face,
            session.device,
            session.idle_ms,
            now_ms,
        ],
    )?;
    if rows == 1 { Ok(()) } else { Err(Error::Busy(format!("user {} is not active", session.user))) }
}

pub fn find(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Found>> {
    tx.query_opt(FIND, params![hash], |row| {
        Ok(Found {
            tenant: row.take()?,
            user: row.take()?,
            user_name: row.take()?,
            role: row.word()?,
            face: row.take()?,
            device: row.take()?,
            idle_ms: row.take()?,
            created_ms: row.take()?,
            last_seen_ms: row.take()?,
        })
    })
}

/// A user's sessions, the latest used first.
pub fn of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, limit: i64) -> Result<Vec<Listed>> {
    tx.query(OF_USER, params![tenant, user, limit], |row| {
        Ok(Listed {
            face: row.take()?,
            device: row.take()?,
            idle_ms: row.take()?,
            created_ms: row.take()?,
            last_seen_ms: row.take()?,
        })
    })
}

/// Puts the session under another secret, as if it was used now. Answers whether there was such a session: of
/// two that renew it at once one finds none, and whoever ends all of its user's ends it under either secret.
pub fn renew(tx: &mut Tx<'_>, hash: &str, fresh_hash: &str, now_ms: i64) -> Result<bool> {
    Ok(tx.execute(RENEW, params![hash, fresh_hash, now_ms])? > 0)
}

pub fn seen(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<()> {
    tx.execute(SEEN, params![hash, now_ms]).map(|_| ())
}

/// Answers whether there was such a session.
pub fn end(tx: &mut Tx<'_>, hash: &str) -> Result<bool> {
    Ok(tx.execute(END, params![hash])? > 0)
}

/// Answers how many sessions ended. To end them for good, first change the user's state: a session that is
/// being opened meanwhile either is seen here or finds the user changed.
pub fn end_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<u64> {
    tx.execute(END_OF_USER, params![tenant, user])
}

/// Forgets sessions that nobody used since `before_ms`.
pub fn sweep(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64> {
    tx.execute(SWEEP, params![before_ms, limit])
}
