//! Tenants, and the policy of each.

use domain::{Policy, TenantId};

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

statements! {
    INSERT = "INSERT INTO tenants (id, name, host, policy, created_ms) VALUES ($1, $2, $3, $4, $5)";
    BY_NAME = "SELECT id, name, host, policy FROM tenants WHERE name = $1";
    BY_HOST = "SELECT id, name, host, policy FROM tenants WHERE host = $1";
    BY_ID = "SELECT id, name, host, policy FROM tenants WHERE id = $1";
    /// Serializes what must see all of a tenant's administrators.
    LOCK = "SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE";
    LIST = "SELECT id, name, host, policy FROM tenants WHERE id > $1 ORDER BY id LIMIT $2";
    SET_POLICY = "UPDATE tenants SET policy = $2 WHERE id = $1";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    /// The Host header that leads here at sign-in.
    pub host: Option<String>,
    pub policy: Policy,
}

pub fn insert(tx: &mut Tx<'_>, tenant: &Tenant, now_ms: i64) -> Result<()> {
    let policy = policy_text(&tenant.policy)?;
    tx.execute_one(INSERT, params![tenant.id, tenant.name, tenant.host, policy, now_ms])
}

pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Tenant>> {
    tx.query_opt(BY_NAME, params![name], read)
}

pub fn by_host(tx: &mut Tx<'_>, host: &str) -> Result<Option<Tenant>> {
    tx.query_opt(BY_HOST, params![host], read)
}

pub fn by_id(tx: &mut Tx<'_>, id: TenantId) -> Result<Option<Tenant>> {
    tx.query_opt(BY_ID, params![id], read)
}

pub fn lock(tx: &mut Tx<'_>, id: TenantId) -> Result<()> {
    tx.query_one(LOCK, params![id], |row| row.take::<i64>()).map(|_| ())
}

pub fn list(tx: &mut Tx<'_>, after: TenantId, limit: i64) -> Result<Vec<Tenant>> {
    tx.query(LIST, params![after, limit], read)
}

pub fn set_policy(tx: &mut Tx<'_>, id: TenantId, policy: &Policy) -> Result<()> {
    tx.execute_one(SET_POLICY, params![id, policy_text(policy)?])
}

fn read(row: &mut Row<'_>) -> Result<Tenant> {
    let (id, name, host) = (row.take()?, row.take()?, row.take()?);
    let policy = serde_json::from_str(&row.take::<String>()?);
    Ok(Tenant { id, name, host, policy: policy.map_err(|error| Error::inconsistent(error.to_string()))? })
}

fn policy_text(policy: &Policy) -> Result<String> {
    serde_json::to_string(policy).map_err(|error| Error::Backend(error.to_string()))
}
