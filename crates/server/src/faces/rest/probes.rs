//! For load balancers and Prometheus: open to everybody, and without a secret.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use domain::OffboardingState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use crate::app::{App, Health};
use crate::faces::metrics;

const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(livez)).routes(routes!(readyz)).routes(routes!(prometheus))
}

/// The process answers.
#[utoipa::path(
    get, path = "/livez", tag = "Probes", security(()), operation_id = "livez",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn livez() -> &'static str {
    "ok"
}

/// The process can do its work: the store is read, and takes writes.
#[utoipa::path(
    get, path = "/readyz", tag = "Probes", security(()), operation_id = "readyz",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let (why, inside) = match app.health().await {
        Health::Ready => return Ok("ready"),
        Health::Unreadable { inside } => ("the store cannot be read", inside),
        Health::Unwritable { inside } => ("the store takes no writes", inside),
    };
    tracing::warn!(inside, "not ready: {why}");
    Err(Problem::unavailable(why))
}

/// What was counted in this process, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "Probes", security(()), operation_id = "metrics",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn prometheus(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Problem> {
    let open = app.count_open_offboardings().await?;
    for state in OffboardingState::ALL.iter().filter(|state| !state.is_final()) {
        let count = open.iter().find(|(of, _)| of == state).map_or(0, |(_, count)| *count);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        ::metrics::gauge!("exeunt_offboardings_open", "state" => state.as_str()).set(count);
    }
    let text = metrics::render().ok_or_else(|| Problem::unavailable("metrics are not recorded here"))?;
    Ok(([(CONTENT_TYPE, PROMETHEUS)], text))
}
