//! What tokens are signed with. The one secret here that is kept as it is: alone it opens nothing, because a
//! signed token counts only while its hash is in `tokens`.

use crate::Result;
use crate::db::{Tx, params, statements};

statements! {
    FIND = "SELECT secret FROM signing_keys WHERE purpose = $1";
    /// The first one stays: another node may have been quicker.
    KEEP = "INSERT INTO signing_keys (purpose, secret, created_ms) VALUES ($1, $2, $3) ON CONFLICT (purpose) DO NOTHING";
}

pub fn find(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<String>> {
    tx.query_opt(FIND, params![purpose], |row| row.take())
}

/// The key of that purpose, which is `secret` if there was none.
pub fn find_or_keep(tx: &mut Tx<'_>, purpose: &str, secret: &str, now_ms: i64) -> Result<String> {
    tx.execute(KEEP, params![purpose, secret, now_ms])?;
    tx.query_one(FIND, params![purpose], |row| row.take())
}
