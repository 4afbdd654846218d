//! Tokens of every kind: only the hashes of their secrets are here.

use domain::{Role, TenantId, TokenKind, UserId};

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

macro_rules! columns {
    () => {
        "t.tenant_id, t.id, t.user_id, t.kind, t.name, t.role, t.created_ms, t.expires_ms, t.parent_id, t.client_id"
    };
}

statements! {
    /// Only while the user is active, which the row lock keeps so until the token can be seen and revoked.
    INSERT = "INSERT INTO tokens (hash, tenant_id, id, user_id, kind, name, role, created_ms, expires_ms, parent_id, \
              client_id, chain_hash, refresh_hash, refresh_until_ms, renewable_until_ms) \
              SELECT $1, u.tenant_id, $3, u.id, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 FROM users u \
              WHERE u.tenant_id = $2 AND u.id = $4 AND u.state = 'active' FOR SHARE";
    FIND = concat!("SELECT ", columns!(), ", u.user_name, u.role \
            FROM tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id \
            WHERE t.hash = $1 AND u.state = 'active'");
    LIST = concat!("SELECT ", columns!(), " FROM tokens t WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    BY_ID = concat!("SELECT ", columns!(), " FROM tokens t WHERE tenant_id = $1 AND id = $2");
    STANDING = "SELECT t.role, u.role FROM tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id \
                WHERE t.tenant_id = $1 AND t.id = $2 AND u.state = 'active'";
    KEPT = concat!("SELECT ", columns!(), " FROM tokens t WHERE tenant_id = $1 AND id = $2 FOR SHARE");
    COUNT_ACCESS = "SELECT COUNT(*) FROM (SELECT id FROM tokens WHERE tenant_id = $1 AND user_id = $2 \
                    AND kind = 'access' AND COALESCE(refresh_until_ms, expires_ms) > $3 LIMIT $4) AS counted";
    CHAIN = concat!("SELECT ", columns!(), ", t.hash, t.refresh_hash, t.refresh_until_ms, t.renewable_until_ms \
             FROM tokens t WHERE chain_hash = $1 FOR NO KEY UPDATE");
    HAS_CHAIN = "SELECT id FROM tokens WHERE chain_hash = $1";
    RENEW = "UPDATE tokens SET hash = $2, refresh_hash = $3, expires_ms = $4, refresh_until_ms = $5 \
             WHERE chain_hash = $1";
    REVOKE = "DELETE FROM tokens WHERE tenant_id = $1 AND id = $2";
    REVOKE_CHILDREN = "DELETE FROM tokens WHERE tenant_id = $1 AND parent_id = $2";
    REVOKE_OF_USER = "DELETE FROM tokens WHERE tenant_id = $1 AND user_id = $2";
    REVOKE_CLOUD = "DELETE FROM tokens WHERE tenant_id = $1 AND user_id = $2 AND kind = 'cloud' RETURNING id";
    REVOKE_OF_CLIENT = "DELETE FROM tokens WHERE client_id = $1";
    KEEP_NEWEST_OF_CLIENT = "DELETE FROM tokens WHERE client_id = $1 AND id IN \
                             (SELECT id FROM tokens WHERE client_id = $1 ORDER BY id DESC LIMIT $3 OFFSET $2)";
    /// Said twice, because one of them may be renewed while this waits for its row.
    SWEEP = "DELETE FROM tokens WHERE COALESCE(refresh_until_ms, expires_ms) <= $1 AND hash IN \
             (SELECT hash FROM tokens WHERE COALESCE(refresh_until_ms, expires_ms) <= $1 \
              ORDER BY COALESCE(refresh_until_ms, expires_ms) LIMIT $2)";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub tenant: TenantId,
    pub id: i64,
    pub user: UserId,
    pub kind: TokenKind,
    pub name: String,
    /// The most its bearer may do; never more than the user's own role.
    pub role: Role,
    pub created_ms: i64,
    pub expires_ms: Option<i64>,
    /// The token that this one was made with, and ends with.
    pub parent: Option<i64>,
    /// Whom a service token was issued to.
    pub client: Option<String>,
}

/// A token as it was found, with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub token: Token,
    pub user_name: String,
    pub user_role: Role,
}

/// How an access token is renewed: by the refresh token of its pair, within its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    pub chain_hash: String,
    pub refresh_hash: String,
    /// Until when this pair may be renewed.
    pub until_ms: i64,
    /// Until when the chain goes on.
    pub last_ms: i64,
}

/// The present pair of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub token: Token,
    pub hash: String,
    pub renewal: Renewal,
}

/// [`Error::Busy`] if the user is not active any more.
pub fn insert(tx: &mut Tx<'_>, hash: &str, token: &Token, renewal: Option<&Renewal>) -> Result<()> {
    let rows = tx.execute(
        INSERT,
        params![
            hash,
            token.tenant,
            token.id,
            token.user,
            token.kind.as_str(),
            token.name,
            token.role.as_str(),
            token.created_ms,
            token.expires_ms,
            token.parent,
            token.client,
            renewal.map(|renewal| &renewal.chain_hash),
            renewal.map(|renewal| &renewal.refresh_hash),
            renewal.map(|renewal| renewal.until_ms),
            renewal.map(|renewal| renewal.last_ms),
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

pub fn by_id(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<Option<Token>> {
    tx.query_opt(BY_ID, params![tenant, id], read)
}

/// What a token lets its bearer do now; nothing if it has ended.
pub fn standing(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<Option<Role>> {
    tx.query_opt(STANDING, params![tenant, id], |row| Ok(Role::of_bearer(row.word()?, row.word()?)))
}

/// As [`by_id`], and nobody revokes it until the transaction ends: what is made with it can be seen then.
pub fn kept(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<Option<Token>> {
    tx.query_opt(KEPT, params![tenant, id], read)
}

/// How many access tokens of a user are of use still, counted up to `most`.
pub fn count_access(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, now_ms: i64, most: i64) -> Result<i64> {
    tx.query_one(COUNT_ACCESS, params![tenant, user, now_ms, most], |row| row.take())
}

/// The present pair of a chain, which nobody else renews until the transaction ends.
pub fn chain(tx: &mut Tx<'_>, chain_hash: &str) -> Result<Option<Pair>> {
    tx.query_opt(CHAIN, params![chain_hash], |row| {
        let (token, hash) = (read(row)?, row.take()?);
        let (refresh_hash, until_ms, last_ms) = (row.take()?, row.take()?, row.take()?);
        let renewal = Renewal { chain_hash: chain_hash.to_owned(), refresh_hash, until_ms, last_ms };
        Ok(Pair { token, hash, renewal })
    })
}

pub fn has_chain(tx: &mut Tx<'_>, chain_hash: &str) -> Result<bool> {
    Ok(tx.query_opt(HAS_CHAIN, params![chain_hash], |row| row.take::<i64>())?.is_some())
}

/// Puts a new pair in the place of the present one, which ends.
pub fn renew(tx: &mut Tx<'_>, pair: &Pair) -> Result<()> {
    let Pair { token, hash, renewal } = pair;
    let Renewal { chain_hash, refresh_hash, until_ms, last_ms: _ } = renewal;
    tx.execute_one(RENEW, params![chain_hash, hash, refresh_hash, token.expires_ms, until_ms])
}

/// Ends a token, then those that were made with it. Answers how many ended.
pub fn revoke(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<u64> {
    // In this order: whoever makes one with it meanwhile holds its row, so that the second statement sees what
    // was made.
    let ended = tx.execute(REVOKE, params![tenant, id])?;
    Ok(ended + tx.execute(REVOKE_CHILDREN, params![tenant, id])?)
}

/// Answers how many tokens ended. First change the user's state, as for `sessions::end_of_user`.
pub fn revoke_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<u64> {
    tx.execute(REVOKE_OF_USER, params![tenant, user])
}

/// Answers which token ended, if the user had a cloud token.
pub fn revoke_cloud(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<Option<i64>> {
    tx.query_opt(REVOKE_CLOUD, params![tenant, user], |row| row.take())
}

pub fn revoke_of_client(tx: &mut Tx<'_>, client: &str) -> Result<u64> {
    tx.execute(REVOKE_OF_CLIENT, params![client])
}

/// Ends the oldest tokens of a client beyond `keep`, at most `limit` of them.
pub fn keep_newest_of_client(tx: &mut Tx<'_>, client: &str, keep: i64, limit: i64) -> Result<u64> {
    tx.execute(KEEP_NEWEST_OF_CLIENT, params![client, keep, limit])
}

/// Forgets tokens that were of no more use at `now_ms`.
pub fn sweep(tx: &mut Tx<'_>, now_ms: i64, limit: i64) -> Result<u64> {
    tx.execute(SWEEP, params![now_ms, limit])
}

fn read(row: &mut Row<'_>) -> Result<Token> {
    Ok(Token {
        tenant: row.take()?,
        id: row.take()?,
        user: row.take()?,
        kind: row.word()?,
        name: row.take()?,
        role: row.word()?,
        created_ms: row.take()?,
        expires_ms: row.take()?,
        parent: row.number(|id| id)?,
        client: row.take()?,
    })
}
