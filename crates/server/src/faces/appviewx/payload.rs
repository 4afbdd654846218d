//! The body of a request, `{"payload":{…}}`: its fields, read one by one, and which of them are missing.

use axum::http::StatusCode;
use domain::Error;
use serde_json::{Map, Value};

use super::failure::{ACCOUNT_FIELD_MISSING, Failure, UNPARSABLE};
use crate::faces::{Exchange, json};

pub(super) struct Payload(Map<String, Value>);

impl Payload {
    /// Without a body, or without a payload in it, every field is missing.
    pub(super) fn read(exchange: &Exchange) -> Result<Self, Failure> {
        let body = exchange.body()?;
        if body.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        let unparsable =
            |error: Error| Failure::new(StatusCode::BAD_REQUEST, Some(UNPARSABLE), error.outside());
        let mut body = json::parse(body).map_err(unparsable)?;
        Ok(Self(match body.get_mut("payload").map(Value::take) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        }))
    }

    /// `null` counts as not sent.
    fn given(&self, field: &str) -> Option<&Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// A text; an empty one counts as not sent.
    pub(super) fn text(&self, field: &'static str) -> Result<Option<&str>, Failure> {
        match self.given(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(Error::invalid(field, "must be a string").into()),
        }
    }

    pub(super) fn mandatory(&self, field: &'static str) -> Result<&str, Failure> {
        self.text(field)?.ok_or_else(|| missing(field))
    }

    /// A number, which the vendor's samples also write as a string.
    pub(super) fn number(&self, field: &'static str) -> Result<Option<usize>, Failure> {
        let number = match self.given(field) {
            None => return Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_u64().and_then(|number| usize::try_from(number).ok()),
        };
        let number = number.ok_or_else(|| Error::invalid(field, "must be a whole number"))?;
        Ok(Some(number))
    }

    /// The names in an array, none of them empty.
    pub(super) fn names(&self, field: &'static str) -> Option<Result<Vec<&str>, Failure>> {
        let names = self.given(field)?.as_array().and_then(|items| {
            let names = items.iter().map(|name| name.as_str().filter(|name| !name.is_empty()));
            names.collect()
        });
        Some(names.ok_or_else(|| Error::invalid(field, "must be an array of names").into()))
    }
}

pub(super) fn missing(field: &str) -> Failure {
    Failure::missing_field(StatusCode::BAD_REQUEST, ACCOUNT_FIELD_MISSING, field)
}
