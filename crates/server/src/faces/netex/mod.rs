//! The netexCloud face: the vendor's user API, spoken to the vendor's own clients.
//!
//! Owns that wire: paths, headers, the envelope and its statuses. Its types never leave this module, and
//! nothing here decides anything about a user: that is `app`.

mod answer;
mod body;
mod departure;
mod edit;
mod failure;
mod headers;
mod notice;
mod paging;
mod person;
mod platforms;
mod reading;
mod roles;
mod route;
mod seats;
mod view;
mod welcome;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use super::Exchange;
use crate::app::{App, Caller, Seat, SeatChange};
use failure::Failure;
pub use route::endpoints;
use route::{Call, Found};

/// Whether a request is meant for this face: whether it lies under the vendor's root.
pub fn owns(exchange: &Exchange) -> bool {
    route::is_ours(exchange.path())
}

pub async fn serve(app: &Arc<App>, exchange: Exchange) -> Response {
    answer(app, &exchange).await.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(app: &Arc<App>, exchange: &Exchange) -> Result<Response, Failure> {
    let Found { call, name } = route::find(&exchange.method, exchange.path())?;
    let caller = headers::caller(app, exchange).await?;
    let request = Request { app, caller, exchange, name };
    let answer = match call {
        Call::List => return reading::list(&request).await,
        Call::Get => return reading::get(&request).await,
        Call::Groups => return reading::groups(&request).await,
        Call::Admins => return reading::admins(&request).await,
        Call::Create => edit::create(&request).await,
        Call::Update => edit::update(&request).await,
        Call::ChangePassword => edit::change_password(&request).await,
        Call::Delete => departure::delete(&request).await,
        Call::Deactivate => departure::deactivate(&request).await,
        Call::Activate => departure::activate(&request).await,
        Call::WelcomeMail => welcome::mail(&request).await,
        Call::AddUsers => seats::change(&request, Seat::Member, SeatChange::Add).await,
        Call::RemoveUsers => seats::change(&request, Seat::Member, SeatChange::Remove).await,
        Call::AddAdmins => seats::change(&request, Seat::Admin, SeatChange::Add).await,
        Call::RemoveAdmins => seats::change(&request, Seat::Admin, SeatChange::Remove).await,
    };
    answer.map(IntoResponse::into_response)
}

/// A call by somebody who is known.
struct Request<'a> {
    app: &'a Arc<App>,
    caller: Caller,
    exchange: &'a Exchange,
    /// Of the user or group in the path; empty where there is none.
    name: String,
}
