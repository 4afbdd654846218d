//! Users and groups by any condition on their columns, counted, ordered and in pages.
//!
//! Owns: what may be asked of which column, and the SQL of it: composed of constant fragments, values are bound.
//! Never: knows in which language a client asks. Tombstones and users hidden from providers are not found.
//!
//! A statement begins at the few rows that an index leads to wherever the condition allows it: see `drive`.

mod condition;
mod drive;
mod groups;
mod link;
mod order;
mod term;
mod text;
mod users;

use domain::TenantId;

pub use condition::{Condition, MAX_DEPTH, MAX_PARTS};
pub use drive::is_by_key;
pub use groups::{GroupOrder, GroupTerm};
pub use link::Link;
pub use order::{At, Key, KeyValue, Page};
pub use term::Term;
pub use text::{Comparison, Text};
pub use users::{UserOrder, UserTerm};

use crate::Result;
use crate::db::{Composed, Tx};
use drive::{Drive, drive};

/// A page of the rows that meet a condition, in the order that the page asks for.
pub fn find<T: Term>(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    condition: &Condition<T>,
    page: &Page<T::Order>,
) -> Result<Vec<T::Row>> {
    let mut sql = matching(T::COLUMNS, tenant, condition)?;
    page.write(&mut sql)?;
    tx.query_composed(&sql, T::read)
}

/// How many rows meet a condition.
pub fn count<T: Term>(tx: &mut Tx<'_>, tenant: TenantId, condition: &Condition<T>) -> Result<i64> {
    let sql = matching("COUNT(*)", tenant, condition)?;
    Ok(tx.query_composed(&sql, |row| row.take::<i64>())?.into_iter().sum())
}

/// The text that [`find`] runs, or without a page [`count`]: for the tests that ask a database for its plan.
pub fn sql<T: Term>(condition: &Condition<T>, page: Option<&Page<T::Order>>) -> Result<String> {
    let mut sql = matching(page.map_or("COUNT(*)", |_| T::COLUMNS), TenantId(0), condition)?;
    page.map_or(Ok(()), |page| page.write(&mut sql))?;
    Ok(sql.text().to_owned())
}

/// `columns` of all rows that meet the condition.
///
/// SQLite has no figures to guess from, and would read all rows in order rather than sort a few. So `CROSS JOIN`
/// tells it to begin on the left, and `hit + 0` is in no index whose order could serve `DISTINCT`.
fn matching<T: Term>(columns: &'static str, tenant: TenantId, condition: &Condition<T>) -> Result<Composed> {
    condition.check()?;
    let mut sql = Composed::new(tenant);
    sql.push("SELECT ").push(columns).push(" FROM ");
    let driven = drive(condition);
    if let Some(Drive { terms, .. }) = &driven {
        sql.push("(SELECT DISTINCT hit + 0 AS hit FROM (");
        sql.separated(" UNION ALL ", terms, |sql, term| term.hits(sql));
        sql.push(") AS hits) AS found CROSS JOIN ");
    }
    sql.push(T::TABLE).push(" WHERE ").push(T::TABLE).push(".tenant_id = $1 AND ");
    if driven.is_some() {
        sql.push("id = found.hit AND ");
    }
    sql.push(T::SHOWN);
    condition.test(&mut sql);
    Ok(sql)
}
