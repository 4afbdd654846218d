//! The optional body of `deactivate`: the notice for the leaver (contract section 3.2).

use domain::Error;
use serde_json::Value;

use super::headers;
use crate::faces::{Exchange, json};

/// No body, `{}`, `null` and an empty text all mean that no notice is given. Its length and its
/// characters are checked by `app`.
pub(super) fn read(exchange: &Exchange) -> Result<Option<String>, Error> {
    let body = exchange.body()?;
    if body.is_empty() {
        return Ok(None);
    }
    if !headers::says_json(exchange) {
        return Err(Error::invalid("Content-Type", "must be application/json where there is a body"));
    }
    let Value::Object(mut fields) = json::parse(body)? else {
        return Err(Error::invalid("body", "must be an object"));
    };
    match fields.shift_remove("message") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::invalid("message", "must be a string")),
    }
}
