//! Many operations in one request (RFC 7644 section 3.7).
//!
//! Owns: what the operations are, and what is answered. Never: doing them. A request that is malformed anywhere is
//! refused as a whole, before anything is done.

mod references;

pub use references::{Created, Order, order};

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{field, fields, syntax, text};
use crate::{Document, Error};

const REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// Bytes of a `bulkId`.
pub const MAX_BULK_ID_BYTES: usize = 256;

#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// So many failed operations end the request; without it, none do.
    pub fail_on_errors: Option<u64>,
    pub operations: Vec<Operation>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub method: Method,
    /// Always there for POST.
    pub bulk_id: Option<String>,
    /// `/Users`
    pub endpoint: String,
    /// None for POST, and only there. `bulkId:x` until it is resolved.
    pub id: Option<String>,
    /// What If-Match would be.
    pub version: Option<String>,
    /// None for DELETE, and only there.
    pub data: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// To be answered with status 413.
    #[error("the request has {given} operations, more than {limit}")]
    TooLarge { given: usize, limit: usize },
    #[error(transparent)]
    Invalid(#[from] Error),
}

/// How one operation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub method: Method,
    pub bulk_id: Option<String>,
    /// Always there, except for a POST that failed.
    pub location: Option<String>,
    pub version: Option<String>,
    pub status: u16,
    /// The error, if it failed.
    pub response: Option<Document>,
}

impl BulkRequest {
    pub fn parse(body: &Value, max_operations: usize) -> Result<Self, Refused> {
        let fields = fields(REQUEST_URN, body)?;
        let fail_on_errors = match field(fields, "failOnErrors")? {
            None => None,
            Some(limit) => match limit.as_u64() {
                Some(limit) => Some(limit.max(1)),
                None => return Err(syntax("failOnErrors takes a whole number").into()),
            },
        };
        let Some(Value::Array(items)) = field(fields, "Operations")? else {
            return Err(syntax("Operations takes a list").into());
        };
        if items.len() > max_operations {
            return Err(Refused::TooLarge { given: items.len(), limit: max_operations });
        }
        let mut operations = Vec::new();
        for (index, item) in items.iter().enumerate() {
            operations.push(Operation::parse(item).map_err(|error| at(index, error))?);
        }
        let mut seen = HashSet::new();
        for (index, operation) in operations.iter().enumerate() {
            if operation.method == Method::Post && !seen.insert(&operation.bulk_id) {
                return Err(at(index, syntax("bulkId is another operation's already")).into());
            }
        }
        Ok(Self { fail_on_errors, operations })
    }

    /// Whether no further operation is done after so many have failed.
    pub fn ends_after(&self, failed: u64) -> bool {
        self.fail_on_errors.is_some_and(|limit| failed >= limit)
    }
}

impl Operation {
    fn parse(item: &Value) -> Result<Self, Error> {
        let fields = item.as_object().ok_or_else(|| syntax("it is not a JSON object"))?;
        let method = text(fields, "method")?.and_then(Method::parse);
        let method = method.ok_or_else(|| syntax("method must be POST, PUT, PATCH or DELETE"))?;
        let bulk_id = text(fields, "bulkId")?.filter(|id| !id.is_empty());
        if bulk_id.is_some_and(|id| id.len() > MAX_BULK_ID_BYTES) {
            return Err(syntax(format!("bulkId has more than {MAX_BULK_ID_BYTES} bytes")));
        }
        if method == Method::Post && bulk_id.is_none() {
            return Err(syntax("bulkId is required for POST"));
        }
        let (endpoint, id) = path(method, text(fields, "path")?.unwrap_or_default())?;
        let data = field(fields, "data")?.filter(|_| method != Method::Delete);
        if data.is_none() && method != Method::Delete {
            return Err(syntax(format!("data is required for {}", method.as_str())));
        }
        Ok(Self {
            method,
            bulk_id: bulk_id.map(str::to_owned),
            endpoint,
            id,
            version: version(fields)?,
            data: data.cloned(),
        })
    }
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let methods = [Self::Post, Self::Put, Self::Patch, Self::Delete];
        methods.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text))
    }
}

/// The answer to a bulk request, with the operations that were tried.
pub fn response(done: Vec<Done>) -> Document {
    let mut body = Document::new();
    body.insert("schemas".to_owned(), json!([RESPONSE_URN]));
    body.insert("Operations".to_owned(), done.into_iter().map(Done::into_value).collect());
    body
}

impl Done {
    fn into_value(self) -> Value {
        let fields = [
            ("method", Some(Value::from(self.method.as_str()))),
            ("bulkId", self.bulk_id.map(Value::from)),
            ("location", self.location.map(Value::from)),
            ("version", self.version.map(Value::from)),
            ("status", Some(self.status.to_string().into())),
            ("response", self.response.map(Value::Object)),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

/// `/Users` to create one, `/Users/7` for everything else.
fn path(method: Method, path: &str) -> Result<(String, Option<String>), Error> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    match (method, segments.as_slice()) {
        (Method::Post, [endpoint]) if !endpoint.is_empty() => Ok((format!("/{endpoint}"), None)),
        (Method::Post, _) => Err(syntax("path must be like /Users for POST")),
        (_, [endpoint, id]) if !endpoint.is_empty() && !id.is_empty() => {
            Ok((format!("/{endpoint}"), Some((*id).to_owned())))
        }
        _ => Err(syntax(format!("path must be like /Users/ID for {}", method.as_str()))),
    }
}

fn version(fields: &Map<String, Value>) -> Result<Option<String>, Error> {
    Ok(text(fields, "version")?.filter(|version| !version.is_empty()).map(str::to_owned))
}

fn at(index: usize, error: Error) -> Error {
    Error { detail: format!("Operations[{index}]: {}", error.detail), ..error }
}
