//! A request's JSON object, read field by field, so that every error names its field.

use domain::Error;
use serde_json::{Map, Value};

use super::headers;
use crate::faces::{Exchange, json};

pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The body; none where it is empty or white space, whatever its Content-Type.
    pub(super) fn of(exchange: &Exchange) -> Result<Self, Error> {
        let body = exchange.body()?;
        if body.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        if !headers::says_json(exchange) {
            return Err(Error::invalid("Content-Type", "must be application/json where there is a body"));
        }
        match json::parse(body)? {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Error::invalid("body", "must be an object")),
        }
    }

    /// As [`Fields::of`], where nothing can be done without a body.
    pub(super) fn needed(exchange: &Exchange) -> Result<Self, Error> {
        if exchange.body()?.trim_ascii().is_empty() {
            return Err(Error::invalid("body", "is missing"));
        }
        Self::of(exchange)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    /// `null` reads as an empty text: both take away what was there.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(String::new())),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Error::invalid(name, "must be a string")),
        }
    }

    /// `null` says nothing.
    pub(super) fn truth(&mut self, name: &'static str) -> Result<Option<bool>, Error> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(_) => Err(Error::invalid(name, "must be true or false")),
        }
    }

    pub(super) fn object(&mut self, name: &'static str) -> Result<Option<Self>, Error> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self(fields))),
            Some(_) => Err(Error::invalid(name, "must be an object")),
        }
    }

    pub(super) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, Error> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(list) => texts(name, list).map(Some),
        }
    }
}

impl IntoIterator for Fields {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

pub(super) fn texts(name: &'static str, list: Value) -> Result<Vec<String>, Error> {
    let wrong = || Error::invalid(name, "must be a list of strings");
    let Value::Array(items) = list else { return Err(wrong()) };
    let text = |item| if let Value::String(text) = item { Ok(text) } else { Err(wrong()) };
    items.into_iter().map(text).collect()
}
