//! The APIs that Exeunt speaks as a server. Each face owns its wire and calls `app`, never `store`.

pub mod appviewx;
pub mod commvault;
mod exchange;
mod json;
mod metrics;
pub mod netex;
mod percent;
mod proxies;
pub mod rest;
pub mod scim;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};

use crate::app::App;
pub use exchange::{Encrypted, Exchange, MAX_BODY_BYTES, Peer, Stopping};
pub use proxies::Proxies;

/// Every route of every face.
pub fn router(app: &Arc<App>) -> Router {
    metrics::install();
    let rates = scim::Rates::per_second(app.options.scim_rate);
    let vendor = move |app, request| vendor(app, rates.clone(), request);
    rest::router(app).fallback(vendor).layer(from_fn(metrics::measure)).with_state(Arc::clone(app))
}

/// The vendors' paths are matched by their own rules: case, `byName(…)`, roots that may be missing.
async fn vendor(State(app): State<Arc<App>>, rates: scim::Rates, request: Request) -> Response {
    let Some(exchange) = Exchange::read(request).await else {
        return metrics::named("none", StatusCode::BAD_REQUEST.into_response());
    };
    if scim::owns(&exchange) {
        metrics::named("scim", scim::serve(&app, &rates, exchange).await)
    } else if commvault::owns(&exchange) {
        metrics::named("commvault", commvault::serve(&app, exchange).await)
    } else if netex::owns(&exchange) {
        metrics::named("netex", netex::serve(&app, exchange).await)
    } else if appviewx::owns(&exchange) {
        metrics::named("appviewx", appviewx::serve(&app, exchange).await)
    } else {
        metrics::named("none", rest::not_found(&exchange))
    }
}
