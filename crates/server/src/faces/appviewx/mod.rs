//! The AppViewX face.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Exchange;
use crate::app::App;

/// Whether a request is meant for this face.
pub fn owns(_exchange: &Exchange) -> bool {
    false
}

pub async fn serve(_app: &Arc<App>, _exchange: Exchange) -> Response {
    StatusCode::NOT_FOUND.into_response()
}
