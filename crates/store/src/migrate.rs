//! The schema and its version. One series for both databases.

use domain::{TenantId, UserId};

use crate::db::{Tx, params, statements};
use crate::{Error, Result, tenants, users};

/// In order; the version of a store is how many of them it has.
const SERIES: &[&str] = &[
    include_str!("../../../migrations/0001_foundation.sql"),
    include_str!("../../../migrations/0002_faces.sql"),
    include_str!("../../../migrations/0003_connectors.sql"),
    include_str!("../../../migrations/0004_scim.sql"),
];

/// The version that brought keys folded in the program.
const FOLDED: i64 = 4;
/// Users that are read at a time.
const AT_ONCE: i64 = 500;

const VERSIONS: &str = "schema_versions";
const CREATE_VERSIONS: &str =
    "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT NOT NULL PRIMARY KEY)";

statements! {
    VERSION = "SELECT COALESCE(MAX(version), 0) FROM schema_versions";
    ADD_VERSION = "INSERT INTO schema_versions (version) VALUES ($1)";
}

/// The schema this program works with.
pub fn known() -> i64 {
    i64::try_from(SERIES.len()).unwrap_or(i64::MAX)
}

/// Brings the schema up to date in one transaction. Answers the versions before and after.
pub fn migrate(tx: &mut Tx<'_>) -> Result<(i64, i64)> {
    // Two nodes may start at once.
    tx.lock_schema()?;
    tx.script(CREATE_VERSIONS)?;
    let before = version(tx)?;
    if before > known() {
        return Err(Error::SchemaTooNew { found: before, known: known() });
    }
    for (version, script) in (1..).zip(SERIES) {
        if version > before {
            tx.script(script)?;
            if version == FOLDED && before > 0 {
                refold(tx)?;
            }
            tx.execute_one(ADD_VERSION, params![version])?;
        }
    }
    Ok((before, known()))
}

/// Folds the keys of whoever was there before, which SQL can do for ASCII only.
fn refold(tx: &mut Tx<'_>) -> Result<()> {
    let mut tenant = TenantId(0);
    while let Some(next) = tenants::list(tx, tenant, 1)?.pop() {
        tenant = next.id;
        let mut after = UserId(0);
        loop {
            let page = users::list(tx, tenant, after, AT_ONCE, false)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for user in page.iter().filter(|user| !(user.email.is_ascii() && user.full_name.is_ascii())) {
                users::update(tx, tenant, user)?;
            }
        }
    }
    Ok(())
}

/// Refuses a store that this program does not fit.
pub fn check(tx: &mut Tx<'_>) -> Result<()> {
    let found = if tx.has_table(VERSIONS)? { version(tx)? } else { 0 };
    match found.cmp(&known()) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Error::SchemaTooNew { found, known: known() }),
        std::cmp::Ordering::Less => Err(Error::Backend(format!(
            "the store has schema {found}, {} is needed: run exeunt migrate",
            known()
        ))),
    }
}

fn version(tx: &mut Tx<'_>) -> Result<i64> {
    tx.query_one(VERSION, params![], |row| row.take())
}
