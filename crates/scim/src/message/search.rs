//! A query, from a URL or from the body of a `.search` (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865 sections 2 and 3).
//!
//! Owns: the parameters and what their values may be. Never: what a filter or a cursor means.
//!
//! Lenient: parameters of other names are ignored, as are empty ones except `cursor`; numbers may be texts and lists
//! may be texts with commas in both forms. A start below 1 is 1 and a count below 0 is 0, as the RFC says.

use serde_json::{Map, Value};

use super::{field, fields, syntax};
use crate::{Error, Projection, ScimType};

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Bytes of a cursor.
pub const MAX_CURSOR_BYTES: usize = 1024;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    pub projection: Projection,
    pub filter: Option<String>,
    pub sort_by: Option<String>,
    pub descending: bool,
    pub start: Start,
    /// How many resources the client wants at most. The service provider may give fewer.
    pub count: Option<u64>,
}

/// How a client asks for a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    #[default]
    Unspecified,
    /// Counted from 1.
    Index(u64),
    /// The first page by cursor.
    FirstCursor,
    Cursor(String),
}

impl SearchRequest {
    pub fn from_body(body: &Value) -> Result<Self, Error> {
        Self::read(fields(URN, body)?)
    }

    /// From the names and values of a URL's query, decoded.
    pub fn from_query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut fields = Map::new();
        for (name, value) in pairs {
            if fields.insert(name.to_owned(), value.into()).is_some() {
                return Err(syntax(format!("{name} is given twice")));
            }
        }
        Self::read(&fields)
    }

    fn read(fields: &Map<String, Value>) -> Result<Self, Error> {
        let projection = Projection::new(names(fields, "attributes")?, names(fields, "excludedAttributes")?)?;
        let descending = match text(fields, "sortOrder")? {
            None => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(_) => return Err(invalid("sortOrder takes ascending or descending")),
        };
        let index = number(fields, "startIndex", ScimType::InvalidValue)?.map(|index| index.max(1));
        let start = match (index, cursor(fields)?) {
            (None, start) => start,
            (Some(index), Start::Unspecified) => Start::Index(index),
            (Some(_), _) => return Err(invalid("startIndex and cursor exclude each other")),
        };
        Ok(Self {
            projection,
            filter: text(fields, "filter")?.map(str::to_owned),
            sort_by: text(fields, "sortBy")?.map(str::to_owned),
            descending,
            start,
            count: number(fields, "count", ScimType::InvalidCount)?,
        })
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Error> {
    Ok(super::text(fields, name)?.filter(|text| !text.trim().is_empty()))
}

fn names(fields: &Map<String, Value>, name: &str) -> Result<Vec<String>, Error> {
    let split = |list: &str| list.split(',').map(str::to_owned).collect();
    match field(fields, name)? {
        None => Ok(Vec::new()),
        Some(Value::String(list)) => Ok(split(list)),
        Some(Value::Array(items)) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts
                .collect::<Option<_>>()
                .ok_or_else(|| syntax(format!("{name} takes a list of names of attributes")))
        }
        Some(_) => Err(syntax(format!("{name} takes a list of names of attributes"))),
    }
}

fn number(fields: &Map<String, Value>, name: &str, scim_type: ScimType) -> Result<Option<u64>, Error> {
    let number = match field(fields, name)? {
        None => return Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().parse::<i64>().ok(),
        Some(value) => value.as_i64(),
    };
    let number = number.ok_or_else(|| Error::new(scim_type, format!("{name} takes a whole number")))?;
    Ok(Some(u64::try_from(number).unwrap_or(0)))
}

/// An empty cursor asks for the first page; others are made of the unreserved characters of URLs.
fn cursor(fields: &Map<String, Value>) -> Result<Start, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match super::text(fields, "cursor")? {
        None => Ok(Start::Unspecified),
        Some("") => Ok(Start::FirstCursor),
        Some(cursor) if cursor.len() <= MAX_CURSOR_BYTES && cursor.bytes().all(plain) => {
            Ok(Start::Cursor(cursor.to_owned()))
        }
        Some(_) => Err(Error::new(
            ScimType::InvalidCursor,
            "cursor takes the nextCursor or previousCursor of an answer, or nothing for the first page",
        )),
    }
}

fn invalid(detail: &str) -> Error {
    Error::new(ScimType::InvalidValue, detail)
}
