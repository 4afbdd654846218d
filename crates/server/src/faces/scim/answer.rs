//! Answers: resources with their versions and places, and everything as `application/scim+json`.

use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use scim::Document;
use serde_json::Value;

/// RFC 7644 section 8.1.
const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// A resource with its `meta`, before a projection.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub document: Document,
    pub location: String,
    /// The entity tag, quotes and all.
    pub version: String,
}

pub(super) fn json(status: StatusCode, document: &Document) -> Response {
    // A map with texts for names always becomes JSON.
    let text = serde_json::to_string(document).unwrap_or_default();
    (status, [(CONTENT_TYPE, SCIM_JSON)], text).into_response()
}

/// One resource as its document is shown; `Location` belongs to one that is new.
pub(super) fn resource(status: StatusCode, resource: &Resource, shown: &Document) -> Response {
    let mut response = json(status, shown);
    let mut tell = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    tell(ETAG, &resource.version);
    if status == StatusCode::CREATED {
        tell(LOCATION, &resource.location);
    }
    response
}

/// The client has it already.
pub(super) fn not_modified(version: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    if let Ok(version) = HeaderValue::from_str(version) {
        response.headers_mut().insert(ETAG, version);
    }
    response
}

/// `meta`, which stands in no kept document.
pub(super) fn meta(resource_type: &str, times_ms: (i64, i64), location: &str, version: &str) -> Value {
    let (created_ms, modified_ms) = times_ms;
    serde_json::json!({
        "resourceType": resource_type,
        "created": crate::clock::shown(created_ms),
        "lastModified": crate::clock::shown(modified_ms),
        "location": location,
        "version": version,
    })
}
