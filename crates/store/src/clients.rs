//! OAuth clients: one per user at most, with the hash of its secret.

use domain::{TenantId, UserId};

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

macro_rules! columns {
    () => {
        "id, tenant_id, user_id, secret_hash, created_ms, secret_ms"
    };
}

statements! {
    /// Only while the user is active, as for tokens.
    INSERT = "INSERT INTO clients (id, tenant_id, user_id, secret_hash, created_ms, secret_ms) \
              SELECT $1, u.tenant_id, u.id, $4, $5, $6 FROM users u \
              WHERE u.tenant_id = $2 AND u.id = $3 AND u.state = 'active' FOR SHARE";
    FIND = concat!("SELECT ", columns!(), " FROM clients WHERE id = $1");
    OF_USER = concat!("SELECT ", columns!(), " FROM clients WHERE tenant_id = $1 AND user_id = $2");
    LIST = concat!("SELECT ", columns!(),
        " FROM clients WHERE tenant_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3");
    SET_SECRET = "UPDATE clients SET secret_hash = $2, secret_ms = $3 WHERE id = $1";
    DELETE_OF_USER = "DELETE FROM clients WHERE tenant_id = $1 AND user_id = $2";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub tenant: TenantId,
    pub user: UserId,
    pub secret_hash: String,
    pub created_ms: i64,
    /// When the present secret was made.
    pub secret_ms: i64,
}

/// [`Error::Busy`] if the user is not active any more.
pub fn insert(tx: &mut Tx<'_>, client: &Client) -> Result<()> {
    let Client { id, tenant, user, secret_hash, created_ms, secret_ms } = client;
    let rows = tx.execute(INSERT, params![id, tenant, user, secret_hash, created_ms, secret_ms])?;
    if rows == 1 { Ok(()) } else { Err(Error::Busy(format!("user {user} is not active"))) }
}

/// The client of that id, in whichever tenant.
pub fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Client>> {
    tx.query_opt(FIND, params![id], read)
}

pub fn of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<Option<Client>> {
    tx.query_opt(OF_USER, params![tenant, user], read)
}

/// Clients of users behind `after`, in the order of the users' ids.
pub fn list(tx: &mut Tx<'_>, tenant: TenantId, after: UserId, limit: i64) -> Result<Vec<Client>> {
    tx.query(LIST, params![tenant, after, limit], read)
}

pub fn set_secret(tx: &mut Tx<'_>, id: &str, secret_hash: &str, now_ms: i64) -> Result<()> {
    tx.execute_one(SET_SECRET, params![id, secret_hash, now_ms])
}

/// Answers how many ended, which is one at most. Its tokens must have ended before.
pub fn delete_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<u64> {
    tx.execute(DELETE_OF_USER, params![tenant, user])
}

fn read(row: &mut Row<'_>) -> Result<Client> {
    Ok(Client {
        id: row.take()?,
        tenant: row.take()?,
        user: row.take()?,
        secret_hash: row.take()?,
        created_ms: row.take()?,
        secret_ms: row.take()?,
    })
}
