//! The REST face: `/v1`, health and metrics.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Exchange;
use crate::app::App;

pub fn router(_app: &Arc<App>) -> Router<Arc<App>> {
    Router::new().route("/livez", get(|| async { "ok" }))
}

/// No face knows this path.
pub fn not_found(_exchange: &Exchange) -> Response {
    StatusCode::NOT_FOUND.into_response()
}
