//! A finished answer, still free of any web framework.

use super::Code;
use super::object::Object;
use super::xml;
use crate::faces::commvault::media::Format;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

impl Reply {
    /// Status 200: on v2 a failure is told by its `errorCode`. `root` names the XML element.
    pub(super) fn ok(format: Format, root: &str, object: &Object) -> Self {
        let body = match format {
            Format::Json => serde_json::Value::from(object).to_string(),
            Format::Xml => xml::document(root, object),
        };
        Self { status: 200, content_type: format.content_type(), body }
    }

    pub(super) fn json(status: u16, object: &Object) -> Self {
        Self { status, ..Self::ok(Format::Json, "", object) }
    }

    /// The shape of every answer whose status says how it went.
    pub(super) fn flat(status: u16, code: Code, message: &str) -> Self {
        Self::json(status, &Object::new().with("errorMessage", message).with("errorCode", code))
    }

    /// A failed v2 GET: without the list that a client would index.
    pub(super) fn read_failed(format: Format, root: &str, code: Code, message: &str) -> Self {
        Self::ok(format, root, &Object::new().with("errorCode", code).with("errorMessage", message))
    }
}

/// This face has no such endpoint.
pub fn not_served(method: &str, path: &str) -> Reply {
    Reply::flat(404, Code::Failure, &format!("Exeunt does not serve {method} {path}"))
}

/// The server failed: with a status that no client takes for an answer.
pub fn broken(status: u16, message: &str) -> Reply {
    Reply::flat(status, Code::Internal, message)
}
