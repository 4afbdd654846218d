//! The REST face: `/v1`, health and metrics. Its conventions are in docs/rest.md, its operations in docs/openapi.json.
//!
//! Owns: its wire types and their mapping. Never: decides who may do what; `app` does, once, for all faces.

mod assets;
mod authenticated;
mod clients;
mod cloud_tokens;
mod feed;
mod groups;
mod held_departures;
mod inventory;
mod log;
mod members;
mod offboardings;
mod openapi;
mod page;
mod platforms;
mod policy;
mod probes;
mod problem;
mod reference;
mod request;
mod sessions;
mod steps;
mod time;
mod tokens;
mod user_changes;
mod users;
mod words;

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;

use super::Exchange;
use crate::app::App;
pub use openapi::document;
pub use problem::Kind as ProblemKind;
use problem::Problem;

pub fn router(_app: &Arc<App>) -> Router<Arc<App>> {
    let (router, _) = operations().split_for_parts();
    router
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(Extension(feed::Places::new()))
        .layer(map_response(not_stored))
}

/// Every operation. A route is registered by its description only, so that none is missing in the document.
fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(sessions::operations())
        .merge(tokens::operations())
        .merge(cloud_tokens::operations())
        .merge(clients::operations())
        .merge(users::operations())
        .merge(user_changes::operations())
        .merge(groups::operations())
        .merge(members::operations())
        .merge(assets::operations())
        .merge(platforms::operations())
        .merge(inventory::operations())
        .merge(policy::operations())
        .merge(offboardings::operations())
        .merge(steps::operations())
        .merge(held_departures::operations())
        .merge(log::operations())
        .merge(feed::operations())
        .merge(openapi::operations())
        .merge(probes::operations())
}

/// Answers hold secrets and names: no cache on the way may keep them.
async fn not_stored(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// No face knows this path.
pub fn not_found(exchange: &Exchange) -> Response {
    Problem::no_such_path(exchange.path()).into_response()
}
