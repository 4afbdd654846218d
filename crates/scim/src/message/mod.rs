//! The messages of the protocol around resources (RFC 7644 sections 3.4, 3.7 and 3.12, RFC 9865).
//!
//! Owns: how they are read and written. Never: what is searched, or done in bulk.

pub mod bulk;
mod error;
mod list;
pub mod search;

pub use error::error;
pub use list::{Page, list};
pub use search::SearchRequest;

use serde_json::{Map, Value};

use crate::{Error, ScimType};

/// The fields of a message. `schemas` may be missing, as the endpoint says what is sent, but may not name another.
pub(crate) fn fields<'a>(urn: &str, body: &'a Value) -> Result<&'a Map<String, Value>, Error> {
    let fields = body.as_object().ok_or_else(|| syntax("the body is not a JSON object"))?;
    let is_urn = |item: &Value| item.as_str().is_some_and(|item| item.eq_ignore_ascii_case(urn));
    match field(fields, "schemas")? {
        None => Ok(fields),
        Some(Value::Array(schemas)) if schemas.iter().any(is_urn) => Ok(fields),
        Some(_) => Err(syntax(format!("schemas must be a list that contains {urn}"))),
    }
}

/// The value of a field by its name in any case; null is as good as none.
pub(crate) fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Value>, Error> {
    let mut values = fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(syntax(format!("{name} is given twice"))),
        (value, None) => Ok(value.filter(|value| !value.is_null())),
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Error> {
    match field(fields, name)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(syntax(format!("{name} takes a text"))),
    }
}

pub(crate) fn syntax(detail: impl Into<String>) -> Error {
    Error::new(ScimType::InvalidSyntax, detail)
}
