//! The log: written unsealed with the change itself, numbered afterwards, read in the order of the numbers.
//!
//! So writers never queue on a chain head, and a reader of a tenant's feed sees 1, 2, 3 … without a gap.

use domain::{Fact, OffboardingId, TenantId, UserId};

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

/// Entries sealed in one transaction.
pub const SEAL_BATCH: i64 = 500;

macro_rules! columns {
    () => {
        "seq, at_ms, actor, kind, user_id, offboarding_id, detail"
    };
}

statements! {
    APPEND = "INSERT INTO log (id, tenant_id, at_ms, actor, kind, user_id, offboarding_id, detail) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// One sealer at a time, on however many nodes.
    LOCK = "SELECT next FROM counters WHERE tenant_id = 0 AND name = 'sealer' FOR NO KEY UPDATE";
    CREATE_LOCK = "INSERT INTO counters (tenant_id, name, next) VALUES (0, 'sealer', 0) ON CONFLICT DO NOTHING";
    UNSEALED = "SELECT id FROM log WHERE seq IS NULL ORDER BY id LIMIT $1";
    HEAD = "SELECT COALESCE(MAX(seq), 0) FROM log WHERE tenant_id = $1 AND seq IS NOT NULL";
    /// Each tenant's oldest entries follow on its head. `picked` is named twice lest SQLite walk the whole log.
    SEAL = "WITH picked AS MATERIALIZED (SELECT id, tenant_id FROM log WHERE seq IS NULL ORDER BY id LIMIT $1), \
            heads AS MATERIALIZED (SELECT t.tenant_id, (SELECT COALESCE(MAX(l.seq), 0) FROM log l \
              WHERE l.tenant_id = t.tenant_id AND l.seq IS NOT NULL) AS head \
              FROM (SELECT DISTINCT tenant_id FROM picked) AS t), \
            numbered AS MATERIALIZED (SELECT p.id, h.head + ROW_NUMBER() OVER (PARTITION BY p.tenant_id ORDER BY p.id) \
              AS seq FROM picked p JOIN heads h ON h.tenant_id = p.tenant_id) \
            UPDATE log SET seq = numbered.seq FROM numbered \
            WHERE log.id IN (SELECT id FROM picked) AND numbered.id = log.id";
    AFTER = concat!("SELECT ", columns!(), " FROM log WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3");
    OF_OFFBOARDING = concat!("SELECT ", columns!(), " FROM log \
        WHERE tenant_id = $1 AND offboarding_id = $2 AND seq > $3 ORDER BY seq LIMIT $4");
    OF_USER = concat!("SELECT ", columns!(), " FROM log \
        WHERE tenant_id = $1 AND user_id = $2 AND seq > $3 ORDER BY seq LIMIT $4");
}

/// A fact on its way in. `id` is a UUID v7.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    pub id: String,
    pub tenant: TenantId,
    pub at_ms: i64,
    pub actor: &'a str,
    pub fact: &'a Fact,
}

/// A sealed entry.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    pub seq: i64,
    pub at_ms: i64,
    pub actor: String,
    pub kind: String,
    pub user: Option<UserId>,
    pub offboarding: Option<OffboardingId>,
    pub detail: serde_json::Value,
}

pub fn append(tx: &mut Tx<'_>, entry: &NewEntry<'_>) -> Result<()> {
    let detail = entry.fact.detail.to_string();
    tx.execute_one(
        APPEND,
        params![
            entry.id,
            entry.tenant,
            entry.at_ms,
            entry.actor,
            entry.fact.kind,
            entry.fact.user,
            entry.fact.offboarding,
            detail,
        ],
    )
}

/// Whether anything waits to be sealed; cheap, for the sealer's loop.
pub fn any_unsealed(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(!tx.query(UNSEALED, params![1_i64], |row| row.take::<String>())?.is_empty())
}

/// Numbers up to [`SEAL_BATCH`] entries; answers how many.
pub fn seal(tx: &mut Tx<'_>) -> Result<usize> {
    if tx.query(LOCK, params![], |row| row.take::<i64>())?.is_empty() {
        tx.execute(CREATE_LOCK, params![])?;
        tx.query(LOCK, params![], |row| row.take::<i64>())?;
    }
    let sealed = tx.execute(SEAL, params![SEAL_BATCH])?;
    Ok(usize::try_from(sealed).unwrap_or(usize::MAX))
}

/// What a feed may be narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    Of(UserId),
    On(OffboardingId),
}

/// Sealed entries behind `after`, in order.
pub fn after(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<LogEntry>> {
    match filter {
        Filter::All => tx.query(AFTER, params![tenant, after, limit], read),
        Filter::Of(user) => tx.query(OF_USER, params![tenant, *user, after, limit], read),
        Filter::On(offboarding) => tx.query(OF_OFFBOARDING, params![tenant, offboarding, after, limit], read),
    }
}

/// The number of the newest sealed entry; 0 if there is none.
pub fn head(tx: &mut Tx<'_>, tenant: TenantId) -> Result<i64> {
    tx.query_one(HEAD, params![tenant], |row| row.take())
}

fn read(row: &mut Row<'_>) -> Result<LogEntry> {
    Ok(LogEntry {
        seq: row.take()?,
        at_ms: row.take()?,
        actor: row.take()?,
        kind: row.take()?,
        user: row.number(UserId)?,
        offboarding: row.take::<Option<String>>()?.map(OffboardingId),
        detail: serde_json::from_str(&row.take::<String>()?)
            .map_err(|error| Error::inconsistent(error.to_string()))?,
    })
}
