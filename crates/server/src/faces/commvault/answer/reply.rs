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

    /// A failed v2 GET: without the list that a client would index.
    pub(super) fn read_failed(format: Format, root: &str, code: Code, message: &str) -> Self {
        Self::ok(format, root, &Object::new().with("errorCode", code).with("errorMessage", message))
    }
}
