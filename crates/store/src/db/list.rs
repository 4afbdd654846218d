//! `IN` lists. One text takes up to `LIST` values; a list of one, by far the most frequent, has a text of its own.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// How many values an `IN` list takes: longer lists go in several queries, shorter ones repeat their last value.
pub(crate) const LIST: usize = 32;

/// `$2` to `$33`, for an `IN` list behind the tenant, or behind the platform.
macro_rules! list {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
         $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33"
    };
}
pub(crate) use list;

static FOR_ONE: RwLock<Option<HashMap<(usize, usize), &'static str>>> = RwLock::new(None);

/// The same statement for a list of one value. Made once per statement and kept for good, as statements are.
pub(crate) fn for_one(sql: &'static str) -> &'static str {
    let key = (sql.as_ptr().addr(), sql.len());
    let known = FOR_ONE.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(short) = known.as_ref().and_then(|known| known.get(&key)) {
        return short;
    }
    drop(known);
    let mut known = FOR_ONE.write().unwrap_or_else(PoisonError::into_inner);
    let make = || -> &'static str { Box::leak(sql.replace(list!(), "$2").into_boxed_str()) };
    known.get_or_insert_default().entry(key).or_insert_with(make)
}
