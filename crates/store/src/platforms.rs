//! Platforms, their settings and their recent conduct.

use domain::breaker::Health;
use domain::{Platform, PlatformId, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

macro_rules! columns {
    () => {
        "id, name, kind, settings, max_in_flight, terms, capabilities, revision"
    };
}

statements! {
    INSERT = "INSERT INTO platforms (id, tenant_id, name, kind, settings, max_in_flight, terms, capabilities, \
              revision, failures, paused_until_ms, held) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, FALSE)";
    UPDATE = "UPDATE platforms SET settings = $3, max_in_flight = $4, terms = $5, capabilities = $6, revision = $7, \
              failures = 0, paused_until_ms = 0, held = FALSE WHERE tenant_id = $1 AND id = $2";
    LIST = concat!("SELECT ", columns!(), " FROM platforms WHERE tenant_id = $1 ORDER BY name LIMIT 1000");
    COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM platforms WHERE tenant_id = $1 LIMIT $2) AS counted";
    LIST_WITH_HEALTH = concat!("SELECT ", columns!(), ", failures, paused_until_ms, held FROM platforms \
        WHERE tenant_id = $1 ORDER BY name LIMIT 1000");
    HELD = "SELECT id FROM platforms WHERE tenant_id = $1 AND held";
    BY_NAME = concat!("SELECT ", columns!(), " FROM platforms WHERE tenant_id = $1 AND name = $2");
    BY_ID = concat!("SELECT ", columns!(), " FROM platforms WHERE id = $1");
    HEALTH = "SELECT failures, paused_until_ms, held FROM platforms WHERE id = $1";
    HEALTH_LOCKED = "SELECT failures, paused_until_ms, held FROM platforms WHERE id = $1 FOR NO KEY UPDATE";
    SET_HEALTH = "UPDATE platforms SET failures = $2, paused_until_ms = $3, held = $4 WHERE id = $1";
}

/// Most platforms of one tenant, its own directory among them; `LIST` reads them all.
pub const MAX_PLATFORMS: usize = 1_000;

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, platform: &Platform) -> Result<()> {
    tx.execute_one(
        INSERT,
        params![
            platform.id,
            tenant,
            platform.name,
            platform.kind.as_str(),
            platform.settings,
            platform.max_in_flight,
            text(&platform.terms)?,
            text(&platform.capabilities)?,
            platform.revision,
        ],
    )
}

/// A declaration ends a pause and a hold: what was wrong may have been put right.
pub fn update(tx: &mut Tx<'_>, tenant: TenantId, platform: &Platform) -> Result<()> {
    tx.execute_one(
        UPDATE,
        params![
            tenant,
            platform.id,
            platform.settings,
            platform.max_in_flight,
            text(&platform.terms)?,
            text(&platform.capabilities)?,
            platform.revision,
        ],
    )
}

pub fn list(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Platform>> {
    tx.query(LIST, params![tenant], read)
}

/// How many platforms a tenant has, counted up to `most`.
pub fn count(tx: &mut Tx<'_>, tenant: TenantId, most: i64) -> Result<i64> {
    tx.query_one(COUNT, params![tenant, most], |row| row.take())
}

/// As [`list`], each with its recent conduct.
pub fn list_with_health(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<(Platform, Health)>> {
    tx.query(LIST_WITH_HEALTH, params![tenant], |row| {
        let platform = read(row)?;
        Ok((platform, read_health(row)?))
    })
}

/// The platforms that do not take our credentials.
pub fn held(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<PlatformId>> {
    tx.query(HELD, params![tenant], |row| row.take())
}

pub fn by_name(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<Option<Platform>> {
    tx.query_opt(BY_NAME, params![tenant, name], read)
}

pub fn by_id(tx: &mut Tx<'_>, id: PlatformId) -> Result<Option<Platform>> {
    tx.query_opt(BY_ID, params![id], read)
}

pub fn health(tx: &mut Tx<'_>, id: PlatformId) -> Result<Health> {
    tx.query_one(HEALTH, params![id], read_health)
}

/// As [`health`], and nobody else changes it until the transaction ends.
pub fn health_locked(tx: &mut Tx<'_>, id: PlatformId) -> Result<Health> {
    tx.query_one(HEALTH_LOCKED, params![id], read_health)
}

pub fn set_health(tx: &mut Tx<'_>, id: PlatformId, health: Health) -> Result<()> {
    tx.execute_one(SET_HEALTH, params![id, health.failures, health.paused_until_ms, health.held])
}

fn read_health(row: &mut Row<'_>) -> Result<Health> {
    Ok(Health { failures: row.take()?, paused_until_ms: row.take()?, held: row.take()? })
}

fn read(row: &mut Row<'_>) -> Result<Platform> {
    Ok(Platform {
        id: row.take()?,
        name: row.take()?,
        kind: row.word()?,
        settings: row.take()?,
        max_in_flight: row.take()?,
        terms: read_text(row)?,
        capabilities: read_text(row)?,
        revision: row.take()?,
    })
}

fn read_text<T: DeserializeOwned>(row: &mut Row<'_>) -> Result<T> {
    serde_json::from_str(&row.take::<String>()?).map_err(|error| Error::inconsistent(error.to_string()))
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Backend(error.to_string()))
}
