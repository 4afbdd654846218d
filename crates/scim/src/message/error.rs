//! Why a request was not done (RFC 7644 section 3.12).

use serde_json::json;

use crate::{Document, ScimType};

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The body of an answer with this status, which the RFC writes as a text.
pub fn error(status: u16, scim_type: Option<ScimType>, detail: &str) -> Document {
    let mut body = Document::new();
    body.insert("schemas".to_owned(), json!([URN]));
    body.insert("status".to_owned(), status.to_string().into());
    if let Some(scim_type) = scim_type {
        body.insert("scimType".to_owned(), scim_type.as_str().into());
    }
    body.insert("detail".to_owned(), detail.into());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_as_in_the_rfc() {
        assert_eq!(
            serde_json::Value::Object(error(400, Some(ScimType::Mutability), "Attribute 'id' is readOnly")),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "scimType": "mutability",
                "detail": "Attribute 'id' is readOnly",
                "status": "400"
            })
        );
        assert!(!error(404, None, "Resource not found").contains_key("scimType"));
    }
}
