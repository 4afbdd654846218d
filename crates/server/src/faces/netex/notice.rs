//! The optional body of `deactivate`: the notice for the leaver (contract section 3.2).

use domain::Error;

use super::body::Fields;
use crate::faces::Exchange;

/// No body, `{}`, `null` and an empty text all mean that no notice is given. Its length and its
/// characters are checked by `app`.
pub(super) fn read(exchange: &Exchange) -> Result<Option<String>, Error> {
    Ok(Fields::of(exchange)?.text("message")?.filter(|text| !text.trim().is_empty()))
}
