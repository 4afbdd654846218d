//! Accepting an offboarding, once however often it is asked for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Error, OffboardingState};

use super::super::authenticated::Authenticated;
use super::super::problem::Problem;
use super::super::request::Body;
use super::plan::Wish;
use super::view::DetailView;
use crate::app::{App, Repeat, Start, WaitFor};
use crate::random;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest `Idempotency-Key`.
const MAX_KEY_BYTES: usize = 255;

/// Start an offboarding.
///
/// The plan, everything that can be done here, and the log entries are one transaction. With an `Idempotency-Key`
/// the same request answers the same offboarding; another request under that key is a conflict.
#[utoipa::path(
    post, path = "/v1/offboardings", tag = "Offboardings", request_body = Wish,
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, description = "Any unique text")),
    responses(
        (status = 201, description = "Accepted and over", body = DetailView,
            headers(("Location" = String, description = "The offboarding"))),
        (status = 202, description = "Accepted; steps are still open", body = DetailView,
            headers(("Location" = String, description = "The offboarding"))),
        (status = 200, description = "It was under way, or this very request was made before", body = DetailView,
            headers(
                ("Location" = String, description = "The offboarding"),
                ("Idempotency-Replayed" = String, description = "`true` if this very request was made before"),
            )),
    )
)]
pub(super) async fn start_offboarding(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    headers: HeaderMap,
    Body(wish): Body<Wish>,
) -> Result<Response, Problem> {
    let start = Start { repeat: repeat(&headers, &wish)?, ..Start::try_from(&wish)? };
    let started = app.start(&caller, start).await?.pop();
    let started = started.ok_or_else(|| Error::internal(&"nothing was started"))?;
    let id = started.offboarding.id;
    if wish.wait {
        app.wait(&caller, &id, WaitFor::Everything).await?;
    }
    let detail = app.offboarding(&caller, &id).await?;
    let status = match (started.existed, detail.offboarding.state) {
        (true, _) => StatusCode::OK,
        (false, OffboardingState::Completed | OffboardingState::Cancelled) => StatusCode::CREATED,
        (false, _) => StatusCode::ACCEPTED,
    };
    let location = [(LOCATION, format!("/v1/offboardings/{id}"))];
    let mut response = (status, location, Json(DetailView::from(detail))).into_response();
    if started.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The key, and a fingerprint of what was understood: neither order of fields nor white space matters.
fn repeat(headers: &HeaderMap, wish: &Wish) -> Result<Option<Repeat>, Problem> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()));
    let rule = format!("must be 1 to {MAX_KEY_BYTES} bytes of visible ASCII");
    let key = key.ok_or_else(|| Problem::invalid("Idempotency-Key", rule))?.to_owned();
    let content = serde_json::to_string(wish).map_err(|error| Error::internal(&error))?;
    Ok(Some(Repeat { key, fingerprint: random::hash(&format!("POST /v1/offboardings {content}")) }))
}
