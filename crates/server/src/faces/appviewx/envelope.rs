//! The envelope of every answer: its keys, and their order, are the vendor's.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<R> {
    pub response: R,
    pub message: Option<String>,
    pub app_status_code: Option<&'static str>,
    pub tags: Option<Tags>,
    /// Never filled; some of the vendor's samples drop it, we always send it.
    headers: Option<()>,
}

/// What a failure is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tags {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_names: Vec<String>,
}

impl Tags {
    /// Some of the vendor's answers have an empty object here.
    pub(super) fn none() -> Self {
        Self { user_names: Vec::new() }
    }
}

impl<R: Serialize> Envelope<R> {
    pub(super) fn of(response: R) -> Self {
        Self { response, message: None, app_status_code: None, tags: None, headers: None }
    }

    pub(super) fn with(self, status: StatusCode) -> Response {
        (status, Json(self)).into_response()
    }
}

/// A success that is told by one sentence, which stands in `response` and in `message`.
pub(super) fn said(status: StatusCode, text: &str) -> Response {
    let mut envelope = Envelope::of(text);
    envelope.message = Some(text.to_owned());
    envelope.with(status)
}
