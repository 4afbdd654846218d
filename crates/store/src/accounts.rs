//! Where users are present, and in which state they were last seen.

use domain::{Account, AccountState, PlatformId, TenantId, UserId};

use crate::Result;
use crate::db::{Row, Tx, list, params, statements};

statements! {
    INSERT = "INSERT INTO accounts (tenant_id, platform_id, remote_id, user_id, state) VALUES ($1, $2, $3, $4, $5)";
    OF_USERS = concat!("SELECT platform_id, user_id, remote_id, state FROM accounts \
        WHERE tenant_id = $1 AND user_id IN (", list!(), ") ORDER BY user_id, platform_id, remote_id");
    ON_PLATFORM = "SELECT platform_id, user_id, remote_id, state FROM accounts \
                   WHERE tenant_id = $1 AND user_id = $2 AND platform_id = $3 AND state <> 'deleted' \
                   ORDER BY remote_id LIMIT 1";
    OBSERVED = "UPDATE accounts SET state = $3, observed_ms = $4 WHERE platform_id = $1 AND remote_id = $2";
    /// An account that was found becomes known; one that is known already stays whose it is.
    LINK = "INSERT INTO accounts (tenant_id, platform_id, remote_id, user_id, state, observed_ms) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (platform_id, remote_id) \
            DO UPDATE SET state = excluded.state, observed_ms = excluded.observed_ms";
    OWNER = "SELECT user_id FROM accounts WHERE platform_id = $1 AND remote_id = $2";
    KNOWN = concat!("SELECT platform_id, user_id, remote_id, state FROM accounts \
        WHERE platform_id = $1 AND remote_id IN (", list!(), ")");
    EXISTS = "SELECT 1 FROM accounts WHERE platform_id = $1 AND remote_id = $2";
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM accounts WHERE tenant_id = $1 AND user_id = $2 LIMIT $3) AS counted";
}

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, account: &Account) -> Result<()> {
    let state = account.state.as_str();
    tx.execute_one(INSERT, params![tenant, account.platform, account.remote_id, account.user, state])
}

/// The accounts of each of these users, in the order of users.
pub fn of_users(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<Account>> {
    tx.query_list(OF_USERS, tenant, users, read)
}

/// The successor's account on a platform, where there is one.
pub fn on_platform(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    user: UserId,
    platform: PlatformId,
) -> Result<Option<Account>> {
    tx.query_opt(ON_PLATFORM, params![tenant, user, platform], read)
}

/// Notes the state an account was seen in.
pub fn observed(
    tx: &mut Tx<'_>,
    platform: PlatformId,
    remote_id: &str,
    state: AccountState,
    now_ms: i64,
) -> Result<()> {
    tx.execute(OBSERVED, params![platform, remote_id, state.as_str(), now_ms]).map(|_| ())
}

/// Notes an account that was found on a platform, and the state it was seen in.
pub fn link(tx: &mut Tx<'_>, tenant: TenantId, account: &Account, now_ms: i64) -> Result<()> {
    let Account { platform, user, remote_id, state } = account;
    tx.execute_one(LINK, params![tenant, platform, remote_id, user, state.as_str(), now_ms])
}

/// Whose account it is, as far as we know.
pub fn owner(tx: &mut Tx<'_>, platform: PlatformId, remote_id: &str) -> Result<Option<UserId>> {
    tx.query_opt(OWNER, params![platform, remote_id], |row| row.take())
}

/// Those of these accounts that we know.
pub fn known(tx: &mut Tx<'_>, platform: PlatformId, remote_ids: &[&str]) -> Result<Vec<Account>> {
    tx.query_list(KNOWN, platform, remote_ids, read)
}

/// Whether anybody has that account.
pub fn exists(tx: &mut Tx<'_>, platform: PlatformId, remote_id: &str) -> Result<bool> {
    Ok(tx.query_opt(EXISTS, params![platform, remote_id], |_| Ok(()))?.is_some())
}

/// How many accounts a user has, counted up to `most`.
pub fn count(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, most: i64) -> Result<i64> {
    tx.query_one(COUNT, params![tenant, user, most], |row| row.take())
}

fn read(row: &mut Row<'_>) -> Result<Account> {
    Ok(Account { platform: row.take()?, user: row.take()?, remote_id: row.take()?, state: row.word()? })
}
