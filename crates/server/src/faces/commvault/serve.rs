//! From a request to its answer.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::path::Target;
use crate::app::App;
use crate::faces::Exchange;

/// Whether a request is meant for this face: whether it lies under one of the four roots.
pub fn owns(exchange: &Exchange) -> bool {
    Target::parse(&exchange.target).is_some()
}

pub async fn serve(_app: &Arc<App>, _exchange: Exchange) -> Response {
    StatusCode::NOT_FOUND.into_response()
}
