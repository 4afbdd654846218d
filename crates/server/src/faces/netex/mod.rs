//! The netexCloud face: the vendor's user API, spoken to the vendor's own clients.
//!
//! Owns that wire: paths, headers, the envelope and its statuses. Its types never leave this module, and
//! nothing here decides anything about a user: that is `app`.

mod answer;
mod departure;
mod failure;
mod headers;
mod notice;
mod platforms;
mod route;
mod welcome;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use super::Exchange;
use crate::app::App;
use answer::Answer;
use failure::Failure;
pub use route::endpoints;
use route::{Call, Found};

/// Whether a request is meant for this face: whether it lies under the vendor's root.
pub fn owns(exchange: &Exchange) -> bool {
    route::is_ours(exchange.path())
}

pub async fn serve(app: &Arc<App>, exchange: Exchange) -> Response {
    match answer(app, &exchange).await {
        Ok(answer) => answer.into_response(),
        Err(failure) => failure.into_response(),
    }
}

async fn answer(app: &App, exchange: &Exchange) -> Result<Answer, Failure> {
    let Found { call, name } = route::find(&exchange.method, exchange.path())?;
    let caller = headers::caller(app, exchange).await?;
    match call {
        Call::Deactivate => departure::deactivate(app, &caller, exchange, name).await,
        Call::Activate => departure::activate(app, &caller, exchange, name).await,
        Call::WelcomeMail => welcome::mail(app, &caller, name).await,
    }
}
