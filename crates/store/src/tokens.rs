//! Named API tokens: only the hash of their secret is here.

use domain::{Role, TenantId, UserId};

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

statements! {
    /// Only while the user is active, which the row lock keeps so until the token can be seen and revoked.
    INSERT = "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms, expires_ms) \
              SELECT $1, u.tenant_id, $3, u.id, $5, $6, $7, $8 FROM users u \
              WHERE u.tenant_id = $2 AND u.id = $4 AND u.state = 'active' FOR SHARE";
    FIND = "SELECT t.tenant_id, t.id, t.user_id, t.name, t.role, t.created_ms, t.expires_ms, u.user_name, u.role \
            FROM tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id \
            WHERE t.hash = $1 AND u.state = 'active'";
    LIST = "SELECT tenant_id, id, user_id, name, role, created_ms, expires_ms FROM tokens \
            WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    REVOKE = "DELETE FROM tokens WHERE tenant_id = $1 AND id = $2";
    REVOKE_OF_USER = "DELETE FROM tokens WHERE tenant_id = $1 AND user_id = $2";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub tenant: TenantId,
    pub id: i64,
    pub user: UserId,
    pub name: String,
    /// The most its bearer may do; never more than the user's own role.
    pub role: Role,
    pub created_ms: i64,
    pub expires_ms: Option<i64>,
}

/// A token as it was found, with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub token: Token,
    pub user_name: String,
    pub user_role: Role,
}

/// [`Error::Busy`] if the user is not active any more.
pub fn insert(tx: &mut Tx<'_>, hash: &str, token: &Token) -> Result<()> {
    let rows = tx.execute(
        INSERT,
        params![
            hash,
            token.tenant,
            token.id,
            token.user,
            token.name,
            token.role.as_str(),
            token.created_ms,
            token.expires_ms,
        ],
    )?;
    if rows == 1 { Ok(()) } else { Err(Error::Busy(format!("user {} is not active", token.user))) }
}

pub fn find(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Found>> {
    tx.query_opt(FIND, params![hash], |row| {
        Ok(Found { token: read(row)?, user_name: row.take()?, user_role: row.word()? })
    })
}

pub fn list(tx: &mut Tx<'_>, tenant: TenantId, after: i64, limit: i64) -> Result<Vec<Token>> {
    tx.query(LIST, params![tenant, after, limit], read)
}

/// Answers whether there was such a token.
pub fn revoke(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<bool> {
    Ok(tx.execute(REVOKE, params![tenant, id])? > 0)
}

/// Answers how many tokens ended. First change the user's state, as for `sessions::end_of_user`.
pub fn revoke_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<u64> {
    tx.execute(REVOKE_OF_USER, params![tenant, user])
}

fn read(row: &mut Row<'_>) -> Result<Token> {
    Ok(Token {
        tenant: row.take()?,
        id: row.take()?,
        user: row.take()?,
        name: row.take()?,
        role: row.word()?,
        created_ms: row.take()?,
        expires_ms: row.take()?,
    })
}
